internal import EventCore
internal import WireFormats

/// The sockets of JSON-RPC over TCP; openapi.yaml holds the same grammar as patterns.
///
///     socket  = ( "jsonrpc" / "tcp" ) ":" host ":" port [ "/" [ method ] ] [ "#" options ]
///     host, port                                ; as `HostPort` has them
///     method                                    ; as `SocketOptions` has it; else the event's name
///     options = mode, timeout, overflow, conflate, batch of `SocketOptions`, and
///               "framing=" ( "none" / "newline" / "netstring" )
///
/// Identity: scheme, host in lower case, port and method; options are none of it. (OpenSIPS means
/// the same, but its sockets with a method never match themselves.) The canonical text leaves out
/// what is the default: a slash without method, `framing=none`.
enum StreamSocketParser {
    /// Reads a socket whose scheme is `jsonrpc` or `tcp`. Pure; any thread. Throws `.malformed` and
    /// `.badOption` for what breaks the grammar, `.unusableAddress` and `.forbidden` as the policy
    /// judges a literal address.
    static func parse(_ text: SocketText, policy: TargetPolicy) throws(SocketError) -> Socket {
        guard let form = StreamTarget.Form(rawValue: text.scheme) else {
            throw malformed("the scheme is jsonrpc or tcp")
        }
        let (authority, method) = try split(text.rest)
        let address = try HostPort.parse(authority)
        try policy.checkLiteral(address)
        let options = try SocketOptions(
            text.options, of: "A TCP socket",
            taking: [.mode, .timeout, .overflow, .conflate, .batch], own: ["framing"])
        let framing = try framing(options.own)
        let path = method.map { "/" + $0 } ?? ""
        let target = StreamTarget(
            form: form, address: address, method: method, mode: options.mode, framing: framing,
            options: options.delivery)
        let own = framing == .none ? [] : [(name: "framing", value: framing.rawValue)]
        return Socket(
            packed: 0,
            detail: SocketDetail(
                identity: "\(text.scheme):\(address.identity)\(path)",
                text: "\(text.scheme):\(address.text)\(path)\(options.fragment(own: own))",
                target: target))
    }

    /// What stands before the first slash, and the method behind it: nil where there is none.
    private static func split(
        _ rest: String
    ) throws(SocketError) -> (authority: String, method: String?) {
        guard let slash = rest.utf8.firstIndex(of: UInt8(ascii: "/")) else { return (rest, nil) }
        let method = String(rest[rest.index(after: slash)...])
        guard method.isEmpty || OptionText.isMethod(method) else {
            throw malformed(
                """
                a method has 1 to 64 letters, digits, `_`, `.`, `:`, `/` and `-`, and begins with a \
                letter or `_`
                """)
        }
        return (String(rest[..<slash]), method.isEmpty ? nil : method)
    }

    private static func framing(
        _ options: [SocketText.Option]
    ) throws(SocketError) -> StreamFraming {
        guard let option = options.first else { return .none }
        guard let framing = StreamFraming(rawValue: option.value) else {
            throw SocketOptions.bad("A TCP socket", "has the `framing` none, newline or netstring")
        }
        return framing
    }

    private static func malformed(_ expectation: String) -> SocketError {
        SocketError(
            .malformed, "A TCP socket is tcp:host:port or tcp:host:port/method: \(expectation).")
    }
}
