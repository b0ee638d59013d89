internal import Cepoll
internal import Glibc

/// An unconnected UDP socket that only sends. Any thread; nothing blocks.
///
/// It asks the kernel for ICMP errors (IP_RECVERR). One that came for an earlier datagram makes the next send fail,
/// whomever that is for: then the errors are taken and the send is tried again, so a dead receiver never harms
/// another.
public struct DatagramPort: ~Copyable, Sendable {
    private let descriptor: FileDescriptor

    /// Bytes of the kernel's send buffer: large fan-outs should not meet a full one.
    private static let sendBufferBytes: Int32 = 4 << 20
    /// Pending errors taken before a send is given up.
    private static let errorsMax = 64

    /// Address families a port may have.
    public enum Family: Sendable {
        /// IPv4.
        case v4
        /// IPv6.
        case v6
    }

    /// Opens a port. Throws when the kernel has no descriptor left, or no IPv6.
    public init(_ family: Family) throws(SystemError) {
        let domain = family == .v4 ? AF_INET : AF_INET6
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(domain, type, 0)
        guard number >= 0 else { throw .last("socket") }
        descriptor = FileDescriptor(owning: number)
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // The port works without these two: refusals then stay unseen, and bursts are shorter.
        if family == .v4 {
            setsockopt(number, Int32(IPPROTO_IP), IP_RECVERR, &on, size)
        } else {
            setsockopt(number, Int32(IPPROTO_IPV6), IPV6_RECVERR, &on, size)
        }
        var bytes = Self.sendBufferBytes
        setsockopt(number, SOL_SOCKET, SO_SNDBUF, &bytes, size)
    }

    /// Sends one datagram to the socket address (`sockaddr_in`, `sockaddr_in6`) that these bytes are; 0 or the errno.
    /// `refused` gets those errors of earlier datagrams that stood in the way, as `takeErrors` hands them over.
    public func send(
        _ payload: UnsafeRawBufferPointer, to address: UnsafeRawBufferPointer,
        refused: (UnsafeRawBufferPointer, Int32) -> Void
    ) -> Int32 {
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        for _ in 0..<Self.errorsMax {
            let sent = sendto(
                descriptor.number, payload.baseAddress, payload.count, flags,
                address.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(address.count))
            if sent >= 0 { return 0 }
            let error = errno
            switch error {
            case EINTR:
                continue
            case EAGAIN, ENOBUFS, EMSGSIZE, ENOMEM, EACCES, EINVAL:
                return error
            default:
                // Either this datagram's own error or a pending one of an earlier datagram: only the queue tells.
                if takeErrors(refused) == 0 { return error }
            }
        }
        return EIO
    }

    /// Hands over the ICMP errors that have arrived: the socket address that the datagram was for, valid during the
    /// call, and the errno. How many there were.
    @discardableResult
    public func takeErrors(_ body: (UnsafeRawBufferPointer, Int32) -> Void) -> Int {
        var count = 0
        var storage = sockaddr_storage()
        while count < Self.errorsMax {
            let error = carillon_take_datagram_error(descriptor.number, &storage)
            if error == 0 { break }
            count += 1
            withUnsafeBytes(of: &storage) { body($0, error) }
        }
        return count
    }
}
