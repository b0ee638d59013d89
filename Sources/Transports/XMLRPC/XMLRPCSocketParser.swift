internal import EventCore
internal import WireFormats

/// The sockets of XML-RPC; openapi.yaml holds the same grammar as patterns.
///
///     socket  = "xmlrpc:" host ":" port [ path ] ":" method [ "#" options ]
///     host, port                                    ; as `HostPort` has them
///     path    = "/" *( pchar / "/" / "?" )           ; RFC 3986 §3.3 without ":"; else /RPC2
///     method                                        ; as `OptionText.isMethod`
///     options = timeout, overflow, conflate of `SocketOptions`, and
///               "layout=" ( "values" / "named" / "struct" ) and "tls=" ( "yes" / "no" )
///
/// So the first colon behind the port begins the method, which may have colons and slashes of its
/// own; one in the path is written `%3A`. Identity: host in lower case, port, path and method;
/// options are none of it. The canonical text leaves out what is the default: the path `/RPC2`,
/// `layout=struct`, `tls=no`.
enum XMLRPCSocketParser {
    /// The path of a socket without one: OpenSIPS's.
    static let defaultPath = "/RPC2"

    private static let noun = "An XML-RPC socket"

    /// Reads a socket whose scheme is `xmlrpc`. Pure; any thread. Throws `.malformed` and
    /// `.badOption` for what breaks the grammar, `.unusableAddress` and `.forbidden` as the policy
    /// judges a literal address.
    static func parse(_ text: SocketText, policy: TargetPolicy) throws(SocketError) -> Socket {
        let parts = try split(text.rest)
        let address = try HostPort.parse(parts.authority)
        try policy.checkLiteral(address)
        guard OptionText.isMethod(parts.method) else {
            throw malformed(
                """
                a method has 1 to 64 letters, digits, `_`, `.`, `:`, `/` and `-`, and begins with a \
                letter or `_`
                """)
        }
        let options = try SocketOptions(
            text.options, of: noun, taking: SocketOptions.Name.queue, own: ["layout", "tls"])
        let own = try Own(options.own)
        let target = XMLRPCTarget(
            address: address, isSecure: own.isSecure, path: parts.path, method: parts.method,
            layout: own.layout, options: options.delivery)
        let path = parts.path == defaultPath ? "" : parts.path
        return Socket(
            packed: 0,
            detail: SocketDetail(
                identity: "xmlrpc:\(address.identity)\(parts.path):\(parts.method)",
                text:
                    "xmlrpc:\(address.text)\(path):\(parts.method)\(options.fragment(own: own.list))",
                target: target))
    }

    private static func malformed(_ expectation: String) -> SocketError {
        SocketError(.malformed, "\(noun) is xmlrpc:host:port/path:method: \(expectation).")
    }

    // MARK: The parts

    private struct Parts {
        var authority: String
        var path: String
        var method: String
    }

    private static func split(_ rest: String) throws(SocketError) -> Parts {
        let bytes = Array(rest.utf8)
        // The colons of an IPv6 address stand in brackets.
        let host = bytes.first == UInt8(ascii: "[") ? bytes.firstIndex(of: UInt8(ascii: "]")) : 0
        guard let host, let colon = bytes[host...].firstIndex(of: UInt8(ascii: ":")) else {
            throw malformed("a port is expected after the host")
        }
        let portEnd =
            bytes[(colon + 1)...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: ":") }
            ?? bytes.count
        guard let mark = bytes[portEnd...].firstIndex(of: UInt8(ascii: ":")) else {
            throw malformed("a colon and a method are expected at its end")
        }
        let path = bytes[portEnd..<mark]
        try check(path: path)
        return Parts(
            authority: String(decoding: bytes[..<portEnd], as: UTF8.self),
            path: path.isEmpty ? defaultPath : String(decoding: path, as: UTF8.self),
            method: String(decoding: bytes[(mark + 1)...], as: UTF8.self))
    }

    private static func check(path: ArraySlice<UInt8>) throws(SocketError) {
        var rest = path
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard rest.prefix(2).count == 2, rest.prefix(2).allSatisfy(OptionText.isHexadecimal)
                else { throw malformed("after each `%` two hexadecimal digits are expected") }
                rest = rest.dropFirst(2)
            } else if !OptionText.isAlphanumeric(byte), !"-._~!$&'()*+,;=@/?".utf8.contains(byte) {
                throw malformed(
                    "a character in the path is not allowed there and must be percent-encoded")
            }
        }
    }

    // MARK: The options of its own

    private struct Own {
        var layout = XMLRPCCall.Layout.struct
        var isSecure = false

        init(_ options: [SocketText.Option]) throws(SocketError) {
            for option in options {
                switch option.name {
                case "layout":
                    guard let layout = XMLRPCCall.Layout(rawValue: option.value) else {
                        throw SocketOptions.bad(noun, "has the `layout` values, named or struct")
                    }
                    self.layout = layout
                default:
                    guard option.value == "yes" || option.value == "no" else {
                        throw SocketOptions.bad(noun, "has `tls` yes or no")
                    }
                    isSecure = option.value == "yes"
                }
            }
        }

        /// As `SocketOptions.fragment` wants them.
        var list: [(name: String, value: String)] {
            (layout == .struct ? [] : [("layout", layout.rawValue)])
                + (isSecure ? [("tls", "yes")] : [])
        }
    }
}
