import Glibc
import Net

/// A UDP port that counts benchmark notifications and how long each took, by the kernel's clock.
///
/// The kernel stamps a datagram when it arrives, so what it waits here afterwards is not counted.
final class BenchReceiver {
    let socket: String
    /// Notifications of this benchmark.
    private(set) var received = 0

    private let descriptor: FileDescriptor
    private let data: UnsafeMutableRawBufferPointer = .allocate(byteCount: 2_048, alignment: 8)
    private let control: UnsafeMutableRawBufferPointer = .allocate(byteCount: 256, alignment: 8)

    private static let receiveBufferBytes: Int32 = 8 << 20

    init() throws(SystemError) {
        let bound = try InternetSocket(.datagram, "127.0.0.1", 0, "bind 127.0.0.1")
        socket = "udp:127.0.0.1:\(bound.address.port)"
        descriptor = bound.take()
        var bytes = Self.receiveBufferBytes
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        setsockopt(descriptor.number, SOL_SOCKET, SO_RCVBUF, &bytes, size)
        guard setsockopt(descriptor.number, SOL_SOCKET, SO_TIMESTAMPNS, &one, size) == 0 else {
            throw .last("SO_TIMESTAMPNS")
        }
    }

    deinit {
        data.deallocate()
        control.deallocate()
    }

    /// What to wait for.
    var number: Int32 { descriptor.number }

    /// Takes all that has arrived; never blocks. `sent` says when the raise with this number was sent, nanoseconds of
    /// the wall clock; nil for a number that is none of this benchmark.
    func drain(into latencies: inout [Int64], sent: (Int) -> Int64?) {
        while let (count, arrived) = next() {
            let payload = UnsafeRawBufferPointer(rebasing: data[..<count])
            guard let number = Self.number(in: payload), let start = sent(number) else { continue }
            received += 1
            latencies.append(max(0, arrived - start))
        }
    }

    private func next() -> (count: Int, arrived: Int64)? {
        var vector = iovec(iov_base: data.baseAddress, iov_len: data.count)
        var message = msghdr()
        message.msg_control = control.baseAddress
        message.msg_controllen = control.count
        let count = withUnsafeMutablePointer(to: &vector) { vector in
            message.msg_iov = vector
            message.msg_iovlen = 1
            return recvmsg(descriptor.number, &message, Int32(MSG_DONTWAIT))
        }
        guard count >= 0 else { return nil }
        return (count, stamp(Int(message.msg_controllen)) ?? WallClock.nanoseconds())
    }

    /// The one control message asked for (cmsg(3)): its length, level and type, then a timespec.
    private func stamp(_ length: Int) -> Int64? {
        let header = MemoryLayout<cmsghdr>.size
        guard length >= header + MemoryLayout<timespec>.size else { return nil }
        let message = control.loadUnaligned(as: cmsghdr.self)
        guard message.cmsg_level == SOL_SOCKET, message.cmsg_type == SO_TIMESTAMPNS else {
            return nil
        }
        let time = control.loadUnaligned(fromByteOffset: header, as: timespec.self)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    /// The digits behind `"n":`, the one param.
    private static func number(in payload: UnsafeRawBufferPointer) -> Int? {
        guard let start = payload.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        var number = 0
        for byte in payload[(start + 1)...] {
            guard (0x30...0x39).contains(byte) else { break }
            let (product, overflow) = number.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            number = product + Int(byte - 0x30)
        }
        return number
    }
}

/// The wall clock to the nanosecond: the one the kernel stamps datagrams with.
enum WallClock {
    static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
