import EventCore
import Glibc
import Net
import Transports

/// How long a healthy receiver waits for its calls, one at a time, while others never answer theirs.
enum HungPart {
    static func run(url: String, hung: Int, calls: Int) throws {
        let transport = try RPCTransport(policy: TargetPolicy(mode: .any))
        let ledger = CountingLedger(slotsEnd: 1)
        transport.attach(to: ledger)
        let listener = try SilentListener()
        let others = try (0..<hung).map { number in
            let socket = "http://127.0.0.1:\(listener.port)/\(number)#timeout=2s"
            return try CallsPart.target(transport, socket, number + 1)
        }
        let healthy = [try CallsPart.target(transport, url + "/healthy", 0)]
        var times: [Double] = []
        times.reserveCapacity(calls)
        for number in 1...calls {
            // Some for the hung ones now and then: their queues are never empty.
            if number % 10 == 1, !others.isEmpty { deliver(number, to: others, transport) }
            let started = Clock.boot()
            deliver(number, to: healthy, transport)
            ledger.wait(untilSettled: number)
            times.append(Double(Clock.boot() - started))
        }
        transport.stop(drainMilliseconds: 0)
        times.sort()
        let p50 = times[times.count / 2]
        let p99 = times[times.count * 99 / 100]
        print(
            #"{"hung":\#(hung),"delivered":\#(ledger.delivered),"p50_ns":\#(p50),"p99_ns":\#(p99)}"#
        )
    }

    private static func deliver(_ number: Int, to targets: [Target], _ transport: RPCTransport) {
        var outcomes = [Outcome](repeating: .delivered, count: targets.count)
        transport.deliver(CallsPart.occurrence(number), to: targets[...], outcomes: &outcomes)
    }
}

/// Takes connections, as the kernel does for it, and never reads from them.
private final class SilentListener {
    let port: UInt16
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { [descriptor] in
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && listen(descriptor, 4_096) == 0
                    && getsockname(descriptor, $0, &size) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        if !isListening { throw MeasuringError.unexpectedReply }
    }

    deinit {
        close(descriptor)
    }
}
