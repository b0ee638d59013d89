internal import Glibc

/// TCP ports of 127.0.0.1 that nobody uses, kept until `release`.
final class FreePorts {
    /// Their numbers.
    let numbers: [UInt16]
    private var descriptors: [Int32]

    /// There is none left.
    struct None: Error {}

    /// Takes `count` ports.
    init(_ count: Int) throws {
        var numbers: [UInt16] = []
        descriptors = []
        for _ in 0..<count {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            descriptors.append(descriptor)
            var address = LoopbackPort.address(0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let number: UInt16? = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                    bind(descriptor, pointer, length) == 0
                        && getsockname(descriptor, pointer, &length) == 0
                }
                    ? UInt16(bigEndian: $0.pointee.sin_port) : nil
            }
            guard let number else { throw None() }
            numbers.append(number)
        }
        self.numbers = numbers
    }

    deinit { release() }

    /// Lets go of them: whoever is meant to have them takes them now.
    func release() {
        for descriptor in descriptors { close(descriptor) }
        descriptors = []
    }
}

/// A TCP port of 127.0.0.1.
enum LoopbackPort {
    /// Whether somebody listens on `port`.
    static func accepts(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = address(port)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }

    /// Its address.
    static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
