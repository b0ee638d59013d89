internal import EventCore
internal import Glibc
internal import Net

/// Where a datagram goes.
enum DatagramSocket: Sendable, Hashable {
    /// IPv4, wholly in `Socket.packed`.
    case ipv4(address: UInt32, port: UInt16)
    /// IPv6.
    case ipv6(high: UInt64, low: UInt64, port: UInt16)
    /// A host by name.
    case named(name: String, port: UInt16)
    /// A UNIX path, or an abstract name behind `@`.
    case unix(String)

    /// How a notification is written; the socket's option `format`.
    enum Format: UInt16, Sendable {
        /// The JSON-RPC notification of OpenSIPS 3 and 4; the default.
        case json
        /// The classic lines of OpenSIPS 2.
        case lines
    }

    /// `socket` = `"udp:" host-port / "unix:" path / "unix:@" name`, option `format=json|lines`.
    /// OpenSIPS: UNIX paths could be relative and of any length; here they are absolute and fit `sun_path`.
    static func parse(
        _ text: SocketText, policy: TargetPolicy
    ) throws(SocketError) -> (DatagramSocket, Format) {
        let format = try parseFormat(text.options)
        if text.scheme == "unix" {
            try checkPath(text.rest)
            try policy.checkUnix(text.rest)
            return (.unix(text.rest), format)
        }
        let target = try HostPort.parse(text.rest)
        try policy.checkLiteral(target, isStream: false)
        switch target.host {
        case .address(.v4(let address)):
            return (.ipv4(address: address, port: target.port), format)
        case .address(.v6(let high, let low)):
            return (.ipv6(high: high, low: low, port: target.port), format)
        case .name(let name):
            return (.named(name: name, port: target.port), format)
        }
    }

    /// The canonical text without options.
    var text: String {
        switch self {
        case .ipv4(let address, let port):
            "udp:" + HostPort(host: .address(.v4(address)), port: port).text
        case .ipv6(let high, let low, let port):
            "udp:" + HostPort(host: .address(.v6(high, low)), port: port).text
        case .named(let name, let port):
            "udp:" + HostPort(host: .name(name), port: port).text
        case .unix(let path):
            "unix:" + path
        }
    }

    /// What makes two sockets one subscriber: `text` with names in lower case. `localhost` and `127.0.0.1` differ
    /// (OpenSIPS).
    var identity: String {
        guard case .named(let name, let port) = self else { return text }
        return "udp:" + HostPort(host: .name(name), port: port).identity
    }

    private static func parseFormat(_ options: [SocketText.Option]) throws(SocketError) -> Format {
        var format = Format.json
        for option in options {
            guard option.name == "format" else {
                throw SocketError(
                    .badOption, "A datagram socket has the one option format=json or format=lines.")
            }
            switch option.value {
            case "json": format = .json
            case "lines": format = .lines
            default:
                throw SocketError(.badOption, "The option format is json or lines.")
            }
        }
        return format
    }

    /// `path` = `1*( "/" component )`, no component empty, `.` or `..`; `abstract` = `"@" 1*107`. Printable ASCII
    /// without blank.
    private static func checkPath(_ path: String) throws(SocketError) {
        if path.utf8.contains(where: { $0 <= 0x20 || $0 > 0x7E }) {
            throw SocketError(.malformed, "A UNIX socket's path holds printable ASCII without blanks.")
        }
        if path.hasPrefix("@") {
            guard 1...UnixDatagramPort.nameBytesMax ~= path.utf8.count - 1 else {
                throw SocketError(
                    .malformed,
                    "An abstract name has 1 to \(UnixDatagramPort.nameBytesMax) bytes after the @.")
            }
            return
        }
        guard path.hasPrefix("/") else {
            throw SocketError(
                .malformed, "A UNIX socket is an absolute path, as in unix:/run/app.sock, or unix:@name.")
        }
        guard path.utf8.count <= UnixDatagramPort.nameBytesMax else {
            throw SocketError(
                .malformed, "A UNIX socket's path has at most \(UnixDatagramPort.nameBytesMax) bytes.")
        }
        for component in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            if component.isEmpty || component == "." || component == ".." {
                throw SocketError(
                    .malformed, "No part of a UNIX socket's path is empty, '.' or '..'.")
            }
        }
    }
}

/// What a `SocketDetail` of this transport points at.
final class DatagramTarget: Sendable {
    let socket: DatagramSocket
    /// The bytes the kernel wants: a `sockaddr_in6`, or a UNIX name (a leading zero for abstract ones).
    let bytes: [UInt8]

    init(_ socket: DatagramSocket) {
        self.socket = socket
        switch socket {
        case .ipv6(let high, let low, let port): bytes = SocketAddress.ipv6(high, low, port: port)
        case .unix(let path):
            bytes = path.hasPrefix("@") ? [0] + path.utf8.dropFirst() : Array(path.utf8)
        case .ipv4, .named: bytes = []
        }
    }
}

/// Socket addresses as bytes.
enum SocketAddress {
    /// A `sockaddr_in`.
    static func ipv4(_ address: UInt32, port: UInt16) -> sockaddr_in {
        var socket = sockaddr_in()
        socket.sin_family = sa_family_t(AF_INET)
        socket.sin_port = port.bigEndian
        socket.sin_addr.s_addr = address.bigEndian
        return socket
    }

    /// The bytes of a `sockaddr_in6`.
    static func ipv6(_ high: UInt64, _ low: UInt64, port: UInt16) -> [UInt8] {
        var socket = sockaddr_in6()
        socket.sin6_family = sa_family_t(AF_INET6)
        socket.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &socket.sin6_addr) {
            $0.storeBytes(of: high.bigEndian, as: UInt64.self)
            $0.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        return withUnsafeBytes(of: &socket) { Array($0) }
    }
}
