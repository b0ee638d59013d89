import EventCore
import Glibc
import Net
import Transports

/// Messages through the transport itself, and what failed connections leave behind.
enum BrokerPart {
    /// Publishes as fast as the broker confirms, with so many in reserve that the transport never
    /// waits for us.
    static func publish(socket: String, messages: Int) throws {
        var settings = AMQPSettings()
        settings.delivery.queue.messagesPerDestination = reserve * 2
        settings.delivery.queue.bytesPerDestination = 64 << 20
        let bench = try Bench(socket, settings)
        let (cpu, started) = (usedNanoseconds(), Clock.boot())
        for number in 1...messages {
            bench.raise(number)
            if number % 64 == 0 { bench.ledger.wait(untilSettled: number - reserve) }
        }
        bench.ledger.wait(untilSettled: messages)
        let (elapsed, used) = (Clock.boot() - started, usedNanoseconds() - cpu)
        bench.transport.stop(drainMilliseconds: 0)
        print(
            #"{"messages":\#(messages),"delivered":\#(bench.ledger.delivered),"elapsed_ns":\#(elapsed),"#
                + #""cpu_ns":\#(used)}"#)
    }

    /// Lets connecting fail so often, without pauses, and says how the resident memory grew.
    static func reconnect(socket: String, failures: Int) throws {
        var settings = AMQPSettings()
        settings.delivery.retry.firstDelayMilliseconds = 0
        settings.delivery.breaker.firstPauseMilliseconds = 0
        settings.delivery.breaker.pauseMaxMilliseconds = 0
        let bench = try Bench(socket, settings)
        bench.raise(1)
        bench.wait(failures: 100)
        let before = try residentBytes()
        bench.wait(failures: 100 + failures)
        let after = try residentBytes()
        bench.transport.stop(drainMilliseconds: 0)
        print(#"{"failures":\#(failures),"bytes":\#(after - before)}"#)
    }

    private static let reserve = 4_096

    private struct Bench {
        let transport: AMQPTransport
        let ledger = CountingLedger()
        let socket: Socket
        let params = Params(named: [
            ("ip", .string("192.0.2.7")), ("reason", .string("too many requests")),
            ("count", .integer(42)),
        ])

        init(_ text: String, _ settings: AMQPSettings) throws {
            transport = try AMQPTransport(
                settings: settings, policy: TargetPolicy(mode: .any),
                resolver: Resolver(clock: Clock.now))
            transport.attach(to: ledger)
            socket = try transport.parse(SocketText.parse(text))
        }

        func raise(_ number: Int) {
            let occurrence = Occurrence(
                id: OccurrenceID(epoch: 0, sequence: UInt64(number)), event: "E_BENCH",
                params: params, time: 1_000)
            let target = Target(
                subscription: SubscriptionRef(slot: 1, generation: 1), packed: socket.packed,
                options: socket.options, detail: socket.detail)
            var outcomes = [Outcome.delivered]
            transport.deliver(occurrence, to: [target], outcomes: &outcomes)
        }

        /// No event tells of a failed attempt: it is looked for.
        func wait(failures: Int) {
            while transport.health(of: socket)?.consecutiveFailures ?? 0 < failures {
                poll(nil, 0, 5)
            }
        }
    }
}
