/// A script file as it was read: the pure target opens none itself.
public struct SourceText: Sendable, Hashable {
    /// What errors call it: a path, usually.
    public var name: String
    /// Its bytes; at most `ScriptLimits.sourceBytesMax` together with all that it includes.
    public var bytes: [UInt8]

    /// A text.
    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// A place in a script. Printed as `file:line:column`.
public struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
    /// Name of the source text.
    public var file: String
    /// Line, from 1.
    public var line: Int
    /// Column in bytes, from 1; a tab is one.
    public var column: Int

    /// A place.
    public init(file: String, line: Int, column: Int) {
        self.file = file
        self.line = line
        self.column = column
    }

    /// `file:line:column`.
    public var description: String { "\(file):\(line):\(column)" }
}
