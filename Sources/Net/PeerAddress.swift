internal import Glibc
public import WireFormats

/// Who is at the other end of a connection. A plain value: 24 bytes, no memory of its own.
public struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
    /// What kind of address it is.
    public enum Family: UInt8, Sendable, Hashable {
        case ipv4, ipv6, unix
    }

    /// What kind of address it is.
    public let family: Family
    /// The TCP port; 0 on a UNIX socket.
    public let port: UInt16
    /// IPv4: the address in the low 32 bits, host order. IPv6: its first eight bytes, big end
    /// first. UNIX: the user id of the process that connected (SO_PEERCRED).
    public let high: UInt64
    /// IPv6: its last eight bytes. UNIX: the process id. IPv4: 0.
    public let low: UInt64

    /// An IPv4 address in host order.
    public static func ipv4(_ address: UInt32, port: UInt16) -> PeerAddress {
        PeerAddress(family: .ipv4, port: port, high: UInt64(address), low: 0)
    }

    /// An IPv6 address as two big-endian halves.
    public static func ipv6(high: UInt64, low: UInt64, port: UInt16) -> PeerAddress {
        PeerAddress(family: .ipv6, port: port, high: high, low: low)
    }

    /// The process at the other end of a UNIX socket, as it was when it connected.
    public static func unix(user: UInt32, process: Int32) -> PeerAddress {
        PeerAddress(
            family: .unix, port: 0, high: UInt64(user), low: UInt64(UInt32(bitPattern: process)))
    }

    /// The address without its port; nil on a UNIX socket.
    public var address: IPAddress? {
        switch family {
        case .ipv4: .v4(UInt32(truncatingIfNeeded: high))
        case .ipv6: .v6(high, low)
        case .unix: nil
        }
    }

    /// The user id at the other end of a UNIX socket; nil on TCP.
    public var user: UInt32? { family == .unix ? UInt32(truncatingIfNeeded: high) : nil }

    /// The process id at the other end of a UNIX socket; nil on TCP.
    public var process: Int32? { family == .unix ? Int32(truncatingIfNeeded: low) : nil }

    /// `127.0.0.1:40312`, `[::1]:40312`, `unix:uid=1000,pid=4711`. For logs: makes a String.
    public var description: String {
        switch family {
        case .ipv4: Self.text(AF_INET, [UInt32(truncatingIfNeeded: high).bigEndian]) + ":\(port)"
        case .ipv6: "[" + Self.text(AF_INET6, [high.bigEndian, low.bigEndian]) + "]:\(port)"
        case .unix: "unix:uid=\(high),pid=\(low)"
        }
    }

    private static func text<Word: FixedWidthInteger>(_ family: Int32, _ address: [Word]) -> String
    {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let start = buffer.baseAddress,
                let text = inet_ntop(family, address, start, socklen_t(buffer.count))
            else { return "?" }
            return String(cString: text)
        }
    }
}
