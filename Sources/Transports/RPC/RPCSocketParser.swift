internal import EventCore

/// The sockets of JSON-RPC over HTTP; openapi.yaml holds the same grammar as patterns.
///
///     socket  = ( "http" / "https" ) "://" host [ ":" port ] path [ "?" query ] [ "#" options ]
///     host, port                                ; as `HostPort` has them; without port 80 or 443
///     path    = "/" *( pchar / "/" )            ; RFC 3986 §3.3, sent as it is written
///     query   = *( pchar / "/" / "?" )          ; RFC 3986 §3.4
///     options = option *( "&" option )          ; each at most once, any order
///     option  = method / mode / timeout / overflow / conflate / batch   ; as `SocketOptions` has them
///
/// Identity: scheme, host in lower case, port, path and query; options are none of it. The canonical text
/// leaves out what is the default anyway: the scheme's port, `mode=notification`.
enum RPCSocketParser {
    private static let noun = "An HTTP socket"

    /// Reads a socket whose scheme is `http` or `https`. Pure; any thread. Throws `.malformed` and
    /// `.badOption` for what breaks the grammar, `.unusableAddress` and `.forbidden` as the policy
    /// judges a literal address.
    static func parse(_ text: SocketText, policy: TargetPolicy) throws(SocketError) -> Socket {
        guard text.rest.hasPrefix("//") else {
            throw malformed("//host/path is expected after `\(text.scheme):`")
        }
        let afterSlashes = text.rest.utf8.dropFirst(2)
        guard let slash = afterSlashes.firstIndex(of: UInt8(ascii: "/")) else {
            throw malformed("a path is expected after the host, at least `/`")
        }
        let address = try parseAddress(
            String(Substring(afterSlashes[..<slash])), isSecure: text.scheme == "https",
            policy: policy)
        let resource = Substring(afterSlashes[slash...])
        try check(resource: resource)
        let options = try SocketOptions(
            text.options, of: noun, taking: SocketOptions.Name.allCases,
            note: ", and always the format json")
        let url = "\(text.scheme)://\(address.text)\(resource)"
        let identity = "\(text.scheme)://\(address.identity)\(resource)"
        let target = RPCTarget(
            url: url, authority: address.text, identity: identity, options: options)
        return Socket(
            packed: 0,
            detail: SocketDetail(identity: identity, text: url + options.fragment(), target: target)
        )
    }

    private static func malformed(_ expectation: String) -> SocketError {
        SocketError(.malformed, "\(noun) is http://host:port/path: \(expectation).")
    }

    // MARK: The address

    private static func parseAddress(
        _ authority: String, isSecure: Bool, policy: TargetPolicy
    ) throws(SocketError) -> (text: String, identity: String) {
        // RFC 3986 §3.2.1 calls it userinfo. It would be shown in listings and logs.
        guard !authority.utf8.contains(UInt8(ascii: "@")) else {
            throw malformed("no user or password is allowed before the host")
        }
        let defaultPort: UInt16 = isSecure ? 443 : 80
        let address = try HostPort.parse(authority, defaultPort: defaultPort)
        try policy.checkLiteral(address)
        guard address.port == defaultPort else { return (address.text, address.identity) }
        return (address.host.text, address.host.identity)
    }

    // MARK: The path and the query

    private static func check(resource: Substring) throws(SocketError) {
        let bytes = Array(resource.utf8)
        var isQuery = false
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "?"): isQuery = true
            case UInt8(ascii: "/"): break
            case UInt8(ascii: "%"):
                guard index + 2 < bytes.count, isHexadecimal(bytes[index + 1]),
                    isHexadecimal(bytes[index + 2])
                else { throw malformed("after each `%` two hexadecimal digits are expected") }
                index += 2
            case let byte where isPathCharacter(byte): break
            default:
                let part = isQuery ? "query" : "path"
                throw malformed(
                    "a character in the \(part) is not allowed there and must be percent-encoded")
            }
            index += 1
        }
    }

    /// RFC 3986 §3.3: pchar, without percent-encoding.
    private static func isPathCharacter(_ byte: UInt8) -> Bool {
        OptionText.isAlphanumeric(byte) || "-._~!$&'()*+,;=:@".utf8.contains(byte)
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
            || UInt8(ascii: "A")...UInt8(ascii: "F") ~= byte
    }
}
