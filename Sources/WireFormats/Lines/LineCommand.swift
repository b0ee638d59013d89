/// A command in the line protocol of OpenSIPS 2:
///
///     :event_subscribe:reply_fifo
///     E_PIKE_BLOCKED
///     udp:127.0.0.1:8888
///     "a value with \"quotes\", over lines if need be"
///     (an empty line)
///
/// The last colon of the first line separates, because names of commands contain colons (`:evi:list:reply`); so names
/// of reply FIFOs cannot. A line is one parameter. Blanks around it do not count, nor does a CR before the LF; a line of blanks is
/// skipped. In a quoted value `\"` is a quote, and nothing else is escaped. OpenSIPS reads `name::value` lines
/// too and then ignores the name; here a line is its value, because IPv6 sockets contain `::`.
public struct LineCommand: Sendable, Equatable {
    /// The command's name or alias, as given; not empty.
    public var name: String
    /// What follows the last colon: where the reply goes by FIFO. Empty for nowhere.
    public var reply: [UInt8]
    /// The parameters in order; all are UTF-8.
    public var parameters: [String]

    /// A command.
    public init(name: String, reply: [UInt8] = [], parameters: [String] = []) {
        self.name = name
        self.reply = reply
        self.parameters = parameters
    }

    /// Reads one command; what follows its empty line is ignored, and so is the lack of one.
    /// Linear in the bytes, which the caller has limited.
    public init(parsing bytes: [UInt8]) throws(LineFault) {
        var lines = LineScanner(bytes)
        guard let header = lines.next(), header.first == colon,
            let last = header.lastIndex(of: colon), last > 1,
            let name = String(validating: header[1..<last], as: UTF8.self)
        else { throw .notACommand }
        self.init(name: name, reply: Array(header[(last + 1)...].trimmed))
        while let line = lines.next(), !line.isEmpty {
            let line = line.trimmed
            guard let first = line.first else { continue }
            let value = first == quote ? lines.quoted(from: line.dropFirst()) : Array(line)
            guard let value, let text = String(validating: value, as: UTF8.self) else {
                throw .malformed(command: name, reply: reply)
            }
            parameters.append(text)
        }
    }
}

/// Why bytes are no command of the line protocol.
public enum LineFault: Error, Sendable, Equatable {
    /// They do not begin with `:name:`.
    case notACommand
    /// A quoted value does not end, something follows it, or a parameter is no UTF-8.
    case malformed(command: String, reply: [UInt8])
}

/// Line by line, without CR and LF at their ends; the last line may lack them.
private struct LineScanner {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    mutating func next() -> ArraySlice<UInt8>? {
        if rest.isEmpty { return nil }
        var line = rest.prefix { $0 != lineFeed }
        rest = rest[line.endIndex...].dropFirst()
        if line.last == carriageReturn { line.removeLast() }
        return line
    }

    /// The value whose opening quote stands before `rest`; over further lines until a quote ends it. nil if none
    /// does before an empty line, or something follows it.
    mutating func quoted(from rest: ArraySlice<UInt8>) -> [UInt8]? {
        var value: [UInt8] = []
        var line = rest
        while true {
            var index = line.startIndex
            while index < line.endIndex {
                let byte = line[index]
                index += 1
                if byte == backslash, index < line.endIndex, line[index] == quote {
                    value.append(quote)
                    index += 1
                } else if byte == quote {
                    return line[index...].trimmed.isEmpty ? value : nil
                } else {
                    value.append(byte)
                }
            }
            guard let following = next(), !following.isEmpty else { return nil }
            value.append(lineFeed)
            line = following
        }
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks and tabs at both ends.
    fileprivate var trimmed: ArraySlice<UInt8> {
        var slice = self.drop { $0 == blank || $0 == tab }
        while let last = slice.last, last == blank || last == tab { slice.removeLast() }
        return slice
    }
}

private let colon = UInt8(ascii: ":")
private let quote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
private let blank = UInt8(ascii: " ")
private let tab = UInt8(ascii: "\t")
