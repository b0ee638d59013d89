/// Where `listen` binds, as typed: `udp:`, `udp:5050`, `udp:[::1]:5050`, `unix:/path`, `http:`, `tcp:…`.
enum ListenSocket: Equatable {
    case udp(host: String, port: UInt16)
    case unix(path: String?)
    case http(host: String, port: UInt16)
    case tcp(host: String, port: UInt16)

    /// Whether an argument is a socket and no event: an event's name has no `:` and no `/`.
    static func isSocket(_ text: String) -> Bool {
        text.contains(":") || text.hasPrefix("/")
    }

    init(parsing text: String) throws(Failure) {
        if text.hasPrefix("/") {
            self = .unix(path: text)
            return
        }
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        let scheme = text[..<colon]
        var rest = text[colon...].dropFirst()
        switch scheme {
        case "unix":
            guard rest.isEmpty || rest.hasPrefix("/") else { throw Self.bad(text) }
            self = .unix(path: rest.isEmpty ? nil : String(rest))
        case "udp", "tcp", "http":
            if rest.hasPrefix("//") { rest = rest.dropFirst(2) }
            while rest.hasSuffix("/") { rest.removeLast() }
            let (host, port) = try Self.hostPort(rest, of: text)
            self =
                scheme == "udp"
                ? .udp(host: host, port: port)
                : scheme == "tcp" ? .tcp(host: host, port: port) : .http(host: host, port: port)
        default: throw Self.bad(text)
        }
    }

    /// Nothing, a port, or `HOST:PORT`; the default is a free port of 127.0.0.1.
    private static func hostPort(_ text: Substring, of whole: String) throws(Failure) -> (
        String, UInt16
    ) {
        if text.isEmpty { return ("127.0.0.1", 0) }
        if let port = UInt16(text) { return ("127.0.0.1", port) }
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...])
        else { throw bad(whole) }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw bad(whole)
        }
        guard !host.isEmpty else { throw bad(whole) }
        return (String(host), port)
    }

    private static func bad(_ text: String) -> Failure {
        Failure(
            .usage, "'\(text)' is nothing to listen on.",
            advice:
                "Expected udp:[HOST:]PORT, unix:/PATH, http:[HOST:]PORT or tcp:[HOST:]PORT; without a port a free one is taken."
        )
    }
}
