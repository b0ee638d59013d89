import EventCore
import Glibc
import Net
import Transports

/// JSON-RPC over TCP through the transport itself: occurrences raised to all receivers at a steady
/// rate, some at a time, whatever has become of those before.
enum StreamPart {
    /// So many occurrences are raised each time the raising thread wakes up.
    private static let burst = 8

    static func run(firstPort: Int, ports: Int, raises: Int, perSecond: Int) throws {
        var settings = StreamSettings()
        // None is pushed out, however busy the machine is: what is lost shall be lost by the
        // transport.
        settings.delivery.queue.messagesPerDestination = raises
        settings.delivery.queue.bytesPerDestination = 1 << 30
        settings.delivery.queue.bytesTotal = 1 << 30
        let transport = try StreamTransport(
            settings: settings, policy: TargetPolicy(mode: .any),
            resolver: Resolver(clock: Clock.now))
        let ledger = CountingLedger()
        transport.attach(to: ledger)
        let targets = try (0..<ports).map { number -> Target in
            let socket = try transport.parse(
                SocketText.parse("tcp:127.0.0.1:\(firstPort + number)"))
            return Target(
                subscription: SubscriptionRef(slot: UInt32(number), generation: 1),
                packed: socket.packed, options: socket.options, detail: socket.detail)
        }
        let params = Params(named: [
            ("ip", .string("192.0.2.7")), ("reason", .string("too many requests")),
            ("count", .integer(42)),
        ])
        func raise(_ number: Int) {
            let occurrence = Occurrence(
                id: OccurrenceID(epoch: 0, sequence: UInt64(number)), event: "E_BENCH",
                params: params, time: 0)
            var outcomes = [Outcome](repeating: .delivered, count: ports)
            transport.deliver(occurrence, to: targets[...], outcomes: &outcomes)
        }
        // The first one opens the connections.
        raise(1)
        ledger.wait(untilSettled: ports)
        let attempts = ledger.attempts
        let before = usedNanoseconds()
        let started = monotonicNanoseconds()
        for number in 1..<raises {
            if number % burst == 0 { pause(until: started + number * 1_000_000_000 / perSecond) }
            raise(number + 1)
        }
        ledger.wait(untilSettled: raises * ports)
        let used = usedNanoseconds() - before
        let took = monotonicNanoseconds() - started
        let writes = ledger.attempts - attempts
        transport.stop(drainMilliseconds: 0)
        print(
            """
            {"notifications":\((raises - 1) * ports),"delivered":\(ledger.delivered),\
            "raised":\(raises * ports),"writes":\(writes),"cpu_ns":\(used),"ns":\(took)}
            """)
    }

    private static func monotonicNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func pause(until moment: Int) {
        guard moment > monotonicNanoseconds() else { return }
        var time = timespec(tv_sec: moment / 1_000_000_000, tv_nsec: moment % 1_000_000_000)
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
    }
}
