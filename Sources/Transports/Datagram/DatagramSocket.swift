internal import EventCore
internal import Net
internal import WireFormats

/// The sockets of datagrams, as text and packed; openapi.yaml holds the same grammar as patterns.
///
///     socket  = ( udp / unix ) [ "#format=" ( "json" / "lines" ) ]
///     udp     = "udp:" host ":" port       ; as `HostPort` has them, unicast addresses only
///     unix    = [ "unix:" ] 1*( "/" part ) ; 107 bytes at most
///             / "unix:@" 1*107 visible
///     part    = 1*( visible without "/" )  ; neither "." nor ".."
///     visible = %x21-22 / %x24-7E          ; printable ASCII but blank and "#"
///
/// Identity: the address as text, a name in lower case; the format is none of it. The canonical
/// text leaves out what is the default anyway: `#format=json`. As patterns of ECMA-262, each to be
/// anchored at both ends:
///
///     udp:(?!169[.]254[.])(?:22[0-3]|2[01][0-9]|1[0-9][0-9]|[1-9][0-9]?)
///         (?:[.](?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}:PORT FORMAT
///     udp:\[(?:::(?:0{1,4}:){0,6}0{0,3}1
///         |(?![Ff][Ee][89ABab][0-9A-Fa-f]:|[Ff]{2}[0-9A-Fa-f]{2}:|(?:[0-9A-Fa-f]*:){8}[0-9A-Fa-f])
///         (?:(?:(?:0{1,4}:){7}|(?:0{1,4}:){1,6}:(?:0{1,4}:){0,5})0{0,3}1
///         |(?:[1-9A-Fa-f][0-9A-Fa-f]{2,3}|0[1-9A-Fa-f][0-9A-Fa-f]{2})
///         (?:(?::[0-9A-Fa-f]{1,4}){7}
///         |(?::[0-9A-Fa-f]{1,4}){0,6}::(?:[0-9A-Fa-f]{1,4}(?::[0-9A-Fa-f]{1,4}){0,5})?)))\]:PORT FORMAT
///     udp:(?![^:]{254})(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?[.])*
///         [A-Za-z](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?:PORT FORMAT
///     (?:unix:)?(?!/[^#]{107})(?:/(?![.]{1,2}(?:[/#]|$))[!-"$-.0-~]+)+ FORMAT
///     unix:@[!-"$-~]{1,107} FORMAT
///     PORT   = (?:6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}|[1-5][0-9]{4}|[1-9][0-9]{0,3})
///     FORMAT = (?:#format=(?:json|lines))?
enum DatagramSocket {
    /// `udp:` → socket; `unix:` → socket. Pure. Throws `.malformed` and `.badOption` for what
    /// breaks the grammar, `.unusableAddress` and `.forbidden` as the policy judges a literal
    /// address or path.
    static func parse(_ text: SocketText, policy: TargetPolicy) throws(SocketError) -> Socket {
        let format = try parseFormat(text.options)
        return text.scheme == "udp"
            ? try parseUDP(text.rest, format: format, policy: policy)
            : try parseUnix(text.rest, format: format, policy: policy)
    }

    /// The canonical text of a socket that is wholly packed.
    static func text(packed: UInt64, options: UInt16) -> String {
        let format = DatagramFormat(options: options)
        return "udp:\(IPAddress.v4(address(packed))):\(port(packed))\(format.fragment)"
    }

    /// The IPv4 address of a packed socket, host byte order.
    static func address(_ packed: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: packed >> 16) }

    /// The port of a packed socket.
    static func port(_ packed: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: packed) }

    private static func parseFormat(_ options: [SocketText.Option]) throws(SocketError)
        -> DatagramFormat
    {
        var format = DatagramFormat.json
        for option in options {
            guard option.name == "format" else {
                throw SocketError(
                    .badOption,
                    "A datagram socket has one option, `format`; there is no `\(option.name.prefix(32))`."
                )
            }
            guard let known = DatagramFormat(name: option.value) else {
                throw SocketError(.badOption, "The option `format` is json or lines.")
            }
            format = known
        }
        return format
    }

    private static func parseUDP(
        _ rest: String, format: DatagramFormat, policy: TargetPolicy
    ) throws(SocketError) -> Socket {
        let target = try HostPort.parse(rest)
        try policy.checkLiteral(target, over: .udp)
        let address: DatagramTarget.Address
        switch target.host {
        case .address(.v4(let literal)):
            return Socket(
                packed: UInt64(literal) << 16 | UInt64(target.port), options: format.rawValue)
        case .address(.v6(let upper, let lower)):
            address = .ipv6(upper, lower, port: target.port)
        case .name:
            address = .name(target.host.identity, port: target.port)
        }
        return socket(
            address, identity: "udp:\(target.identity)", text: "udp:\(target.text)", format)
    }

    private static func parseUnix(
        _ rest: String, format: DatagramFormat, policy: TargetPolicy
    ) throws(SocketError) -> Socket {
        let isAbstract = rest.utf8.first == UInt8(ascii: "@")
        guard isAbstract || rest.utf8.first == UInt8(ascii: "/") else {
            throw SocketError(
                .malformed, "A UNIX socket is an absolute path, unix:/path, or unix:@name.")
        }
        let length = isAbstract ? rest.utf8.count - 1 : rest.utf8.count
        guard 1...UnixAddress.bytesMax ~= length else {
            throw SocketError(
                .malformed, "A UNIX socket's path or name has 1 to \(UnixAddress.bytesMax) bytes.")
        }
        guard !rest.utf8.contains(UInt8(ascii: " ")) else {
            throw SocketError(.malformed, "A UNIX socket's path or name holds no blank.")
        }
        guard isAbstract || hasPlainParts(rest) else {
            throw SocketError(.malformed, "No part of a UNIX socket's path is empty, `.` or `..`.")
        }
        try policy.checkPath(isAbstract ? nil : rest)
        let text = "unix:" + rest
        return socket(.unix(UnixAddress(rest)), identity: text, text: text, format)
    }

    private static func hasPlainParts(_ path: String) -> Bool {
        path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .allSatisfy { part in
                !part.isEmpty && !part.elementsEqual(".".utf8) && !part.elementsEqual("..".utf8)
            }
    }

    private static func socket(
        _ address: DatagramTarget.Address, identity: String, text: String, _ format: DatagramFormat
    ) -> Socket {
        Socket(
            packed: 0, options: format.rawValue,
            detail: SocketDetail(
                identity: identity, text: text + format.fragment,
                target: DatagramTarget(address, identity: identity)))
    }
}
