internal import EventCore

/// The sockets of JSON-RPC over HTTP; openapi.yaml holds the same grammar as patterns.
///
///     socket  = ( "http" / "https" ) "://" host [ ":" port ] path [ "?" query ] [ "#" options ]
///     host, port                                ; as `HostPort` has them; without port 80 or 443
///     path    = "/" *( pchar / "/" )            ; RFC 3986 §3.3, sent as it is written
///     query   = *( pchar / "/" / "?" )          ; RFC 3986 §3.4
///     options = option *( "&" option )          ; each at most once, any order
///     option  = "method=" name / "mode=" ( "notification" / "request" ) / "timeout=" time
///     name    = ( ALPHA / "_" ) *63( ALPHA / DIGIT / "_" / "." / ":" / "/" / "-" )
///     time    = seconds "s" / milliseconds "ms" ; 100 ms to 60 s, decimal, no leading zeros
///
/// Identity: scheme, host in lower case, port, path and query; options are none of it. The canonical text
/// leaves out what is the default anyway: the scheme's port, `mode=notification`.
enum RPCSocketParser {
    /// What `timeout` may be, in milliseconds.
    static let timeoutRangeMilliseconds = 100...60_000
    /// Most bytes of a method's name.
    static let methodBytesMax = 64

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
        let options = try Options(text.options)
        let url = "\(text.scheme)://\(address.text)\(resource)"
        let identity = "\(text.scheme)://\(address.identity)\(resource)"
        let target = RPCTarget(
            url: url, destination: identity, method: options.method, mode: options.mode,
            timeoutMilliseconds: options.timeoutMilliseconds)
        return Socket(
            packed: 0,
            detail: SocketDetail(identity: identity, text: url + options.fragment, target: target))
    }

    private static func malformed(_ expectation: String) -> SocketError {
        SocketError(.malformed, "An HTTP socket is http://host:port/path: \(expectation).")
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
        isAlphanumeric(byte) || "-._~!$&'()*+,;=:@".utf8.contains(byte)
    }

    fileprivate static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isLetter(byte) || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }

    fileprivate static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
            || UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            || UInt8(ascii: "a")...UInt8(ascii: "f") ~= byte
            || UInt8(ascii: "A")...UInt8(ascii: "F") ~= byte
    }
}

/// The options of an HTTP socket.
private struct Options {
    var method: String?
    var mode = RPCTarget.Mode.notification
    var timeoutMilliseconds: Int?

    init(_ options: [SocketText.Option]) throws(SocketError) {
        // That none is there twice, `SocketText.parse` has seen to.
        for option in options {
            switch option.name {
            case "method": method = try Self.method(option.value)
            case "mode": mode = try Self.mode(option.value)
            case "timeout": timeoutMilliseconds = try Self.timeout(option.value)
            default:
                throw Self.bad(
                    "has the options `method`, `mode` and `timeout`, and always the format json")
            }
        }
    }

    /// The canonical fragment, with its `#`; empty without options.
    var fragment: String {
        var options: [String] = []
        if let method { options.append("method=\(method)") }
        if mode != .notification { options.append("mode=\(mode.rawValue)") }
        if let time = timeoutMilliseconds {
            options.append(time % 1_000 == 0 ? "timeout=\(time / 1_000)s" : "timeout=\(time)ms")
        }
        return options.isEmpty ? "" : "#" + options.joined(separator: "&")
    }

    private static func bad(_ expectation: String) -> SocketError {
        SocketError(.badOption, "An HTTP socket \(expectation).")
    }

    private static func method(_ value: String) throws(SocketError) -> String {
        let isName = value.utf8.enumerated().allSatisfy { index, byte in
            RPCSocketParser.isLetter(byte) || byte == UInt8(ascii: "_")
                || index > 0 && (RPCSocketParser.isAlphanumeric(byte) || ".:/-".utf8.contains(byte))
        }
        guard isName, 1...RPCSocketParser.methodBytesMax ~= value.utf8.count else {
            throw bad(
                """
                has a `method` of 1 to 64 letters, digits, `_`, `.`, `:`, `/` and `-` that begins with \
                a letter or `_`
                """
            )
        }
        return value
    }

    private static func mode(_ value: String) throws(SocketError) -> RPCTarget.Mode {
        guard let mode = RPCTarget.Mode(rawValue: value) else {
            throw bad("has the `mode` notification or request")
        }
        return mode
    }

    private static func timeout(_ value: String) throws(SocketError) -> Int {
        let isMilliseconds = value.hasSuffix("ms")
        let digits = value.utf8.dropLast(isMilliseconds ? 2 : 1)
        let isNumber =
            !digits.isEmpty && digits.count <= 5 && digits.first != UInt8(ascii: "0")
            && digits.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        let number = isNumber && value.hasSuffix("s") ? Int(String(Substring(digits))) : nil
        guard let time = number.map({ isMilliseconds ? $0 : $0 * 1_000 }),
            RPCSocketParser.timeoutRangeMilliseconds ~= time
        else { throw bad("has a `timeout` from 100ms to 60s, a whole number and `ms` or `s`") }
        return time
    }
}
