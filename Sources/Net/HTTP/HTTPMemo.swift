/// Two words that a handler keeps with a connection, so that what it found out for one request need not be found out
/// for the next. The server never looks at them.
public struct HTTPMemo: Sendable, Equatable {
    /// What it was found out about; 0 at first.
    public var key: UInt64 = 0
    /// What was found out; 0 at first.
    public var value: UInt64 = 0

    /// An empty one.
    public init() {}
}
