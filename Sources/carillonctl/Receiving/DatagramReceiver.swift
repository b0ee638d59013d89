import Glibc
import Net

/// A bound UDP port or UNIX datagram socket. A path is removed when it goes.
final class DatagramReceiver: Receiver {
    let socket: String
    var descriptors: [Int32] { [descriptor.number] }

    private let descriptor: FileDescriptor
    private let path: String?
    private var buffer = [UInt8](repeating: 0, count: Receivers.payloadBytesMax)

    /// Asked of the kernel, so that a burst finds room.
    private static let receiveBufferBytes: Int32 = 4 << 20
    /// Datagrams taken before others have their turn.
    private static let batchMax = 256

    init(host: String, port: UInt16, advertised: String) throws(SystemError) {
        let bound = try InternetSocket(.datagram, host, port, "bind \(host):\(port)")
        socket = "udp:\(advertised):\(bound.address.port)"
        descriptor = bound.take()
        path = nil
        grow()
    }

    init(path: String) throws(SystemError) {
        descriptor = try Self.bound(path)
        self.path = path
        socket = "unix:" + path
        grow()
    }

    deinit {
        if let path { unlink(path) }
    }

    func receive(at _: Int32) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        while payloads.count < Self.batchMax {
            let count = recv(descriptor.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count >= 0 else { break }
            payloads.append(Array(buffer[..<count]))
        }
        return payloads
    }

    private func grow() {
        var bytes = Self.receiveBufferBytes
        setsockopt(
            descriptor.number, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<Int32>.size))
    }

    /// A socket bound to `path`; one that a dead process left is replaced, everything else is left alone.
    private static func bound(_ path: String) throws(SystemError) -> FileDescriptor {
        let call = "bind unix:" + path
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else {
            throw SystemError(call, ENAMETOOLONG)
        }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let number = Glibc.socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw .last(call) }
        let descriptor = FileDescriptor(owning: number)
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let status = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { name -> Int32 in
                if bind(number, name, size) == 0 { return 0 }
                // Somebody's socket that takes no connection is nobody's any more.
                guard errno == EADDRINUSE, connect(number, name, size) != 0, errno == ECONNREFUSED
                else {
                    errno = EADDRINUSE
                    return -1
                }
                unlink(path)
                return bind(number, name, size)
            }
        }
        guard status == 0 else { throw .last(call) }
        return descriptor
    }
}
