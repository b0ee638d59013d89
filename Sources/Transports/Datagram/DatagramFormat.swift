/// How an occurrence is written into a datagram: the option `format`, held in `Socket.options`.
enum DatagramFormat: UInt16 {
    /// The JSON-RPC notification of OpenSIPS 3 and 4. The default.
    case json = 0
    /// The classic lines of OpenSIPS 2.
    case lines = 1

    /// The format of a socket's options.
    init(options: UInt16) {
        self = options == Self.lines.rawValue ? .lines : .json
    }

    /// The format called so; nil for none.
    init?(name: String) {
        switch name {
        case "json": self = .json
        case "lines": self = .lines
        default: return nil
        }
    }

    /// The option in a canonical text; empty for the default.
    var fragment: String { self == .json ? "" : "#format=lines" }
}
