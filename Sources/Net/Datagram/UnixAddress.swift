internal import Glibc

/// Where a UNIX socket is: `/path`, or `@name` in Linux's abstract namespace.
public struct UnixAddress: Sendable, Hashable {
    /// Most bytes of a path, and of a name without its `@`: what `sockaddr_un` has room for beside
    /// a zero byte.
    public static let bytesMax = 107

    /// The path, or `@` and the name.
    public let text: String

    /// An address; the caller knows that `text` begins with `/` or `@` and keeps to `bytesMax`.
    public init(_ text: String) {
        self.text = text
    }

    /// Whether it is a name in the abstract namespace.
    public var isAbstract: Bool { text.utf8.first == UInt8(ascii: "@") }

    /// Whether there is something at the path that is no socket.
    var isOtherFile: Bool {
        var status = stat()
        return !isAbstract && stat(text, &status) == 0 && status.st_mode & S_IFMT != S_IFSOCK
    }

    /// Calls `body` with the structure the kernel wants (unix(7)): a path ends with a zero byte, an
    /// abstract name begins with one and ends with the structure.
    func withSocketAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result
    {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        var used = 0
        withUnsafeMutableBytes(of: &address) { bytes in
            for byte in text.utf8.prefix(bytes.count - start) {
                bytes[start + used] = byte
                used += 1
            }
            if isAbstract { bytes[start] = 0 }
        }
        let length = socklen_t(start + used + (isAbstract ? 0 : 1))
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
        }
    }
}
