internal import Glibc

/// TCP ports of 127.0.0.1 that nobody uses, kept until `release`. They lie below those that the kernel gives away by
/// itself: so nobody takes them between `release` and the moment when a server has them, or while it is killed and
/// started again.
public final class FreePorts {
    /// Their numbers.
    public let numbers: [UInt16]
    private var descriptors: [Int32]

    /// There is none left.
    public struct None: Error {}

    /// ip(7): what the kernel gives away by itself begins at 32,768, where nobody has set `ip_local_port_range`.
    private static let range: Range<UInt16> = 10_000..<32_768
    private static let triesMax = 10_000

    /// Takes `count` ports.
    public init(_ count: Int) throws {
        var numbers: [UInt16] = []
        descriptors = []
        for _ in 0..<Self.triesMax where numbers.count < count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            let number = UInt16.random(in: Self.range)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = number.bigEndian
            address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
            let isFree = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isFree else {
                close(descriptor)
                continue
            }
            descriptors.append(descriptor)
            numbers.append(number)
        }
        self.numbers = numbers
        guard numbers.count == count else { throw None() }
    }

    deinit { release() }

    /// Lets go of them: whoever is meant to have them takes them now.
    public func release() {
        for descriptor in descriptors { close(descriptor) }
        descriptors = []
    }
}
