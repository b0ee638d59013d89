internal import Glibc

/// A real UNIX datagram socket that waits for datagrams, each with a deadline.
public final class UnixReceiver {
    private let descriptor: Int32
    private let path: String?

    /// Binds `name`: a path, or `@` and an abstract name. `receive` gives up after `deadlineMilliseconds`.
    public init(_ name: String, deadlineMilliseconds: Int = 20_000) {
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        path = name.hasPrefix("/") ? name : nil
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
        if path == nil { address.sun_path.0 = 0 }
        let length = socklen_t(2 + name.utf8.count + (path == nil ? 0 : 1))
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
            }
        }
        var time = timeval(
            tv_sec: deadlineMilliseconds / 1_000, tv_usec: deadlineMilliseconds % 1_000 * 1_000)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, size)
    }

    deinit { close(descriptor) }

    /// Takes the path away; the socket stays open.
    public func unlinkPath() {
        if let path { unlink(path) }
    }

    /// The next datagram as text; nil when none came before the deadline.
    public func receive() -> String? { take(flags: 0) }

    /// A datagram that has already arrived; nil when there is none.
    public func receiveNow() -> String? { take(flags: Int32(MSG_DONTWAIT)) }

    private func take(flags: Int32) -> String? {
        var buffer = [UInt8](repeating: 0, count: 262_144)
        let count = recv(descriptor, &buffer, buffer.count, flags)
        return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }
}
