internal import Net
internal import WireFormats

/// The setting `listen`, read.
enum ListenSetting {
    /// `HOST:PORT`, `[IPv6]:PORT`, `/path` or `unix:/path`.
    static func parse(
        _ text: String, name: String = "listen"
    ) throws(StartError) -> ListenAddress {
        if text.hasPrefix("/") { return .unix(path: text) }
        if text.hasPrefix("unix:/") { return .unix(path: String(text.dropFirst(5))) }
        guard let colon = text.lastIndex(of: ":"), colon > text.startIndex else {
            throw bad(text, name)
        }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(digits)
        else { throw bad(text, name) }
        var host = text[..<colon]
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw bad(text, name)
        }
        guard !host.isEmpty else { throw bad(text, name) }
        return .tcp(host: String(host), port: port)
    }

    /// Whether only this machine can reach it. A name counts as one that others can reach, `localhost` apart.
    static func isLocal(_ address: ListenAddress) -> Bool {
        switch address {
        case .unix: true
        case .tcp(let host, _): host == "localhost" || self.address(address)?.isLoopback ?? false
        }
    }

    /// The IP address it says; nil for a host name and for a UNIX socket.
    static func address(_ address: ListenAddress) -> IPAddress? {
        guard case .tcp(let host, _) = address else { return nil }
        let bytes = Array(host.utf8)
        return IPAddress.parseIPv4(bytes.span).map { .v4($0) } ?? IPAddress.parseIPv6(bytes.span)
    }

    private static func bad(_ text: String, _ name: String) -> StartError {
        StartError(
            "--\(name) \(text): expected HOST:PORT, [IPv6]:PORT or the /path of a UNIX socket.")
    }
}
