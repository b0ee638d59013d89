import EventCore
import Net
import Transports

/// JSON-RPC calls through the transport itself: as many destinations as there are to be calls in flight, each with
/// the next call already waiting.
enum CallsPart {
    static func run(url: String, inFlight: Int, calls: Int) throws {
        let transport = try RPCTransport(policy: TargetPolicy(mode: .any))
        let ledger = CountingLedger()
        transport.attach(to: ledger)
        let targets = try (0..<inFlight).map { number -> Target in
            let socket = try transport.parse(SocketText.parse("\(url)/\(number)"))
            return Target(
                subscription: SubscriptionRef(slot: UInt32(number), generation: 1),
                packed: socket.packed, options: socket.options, detail: socket.detail)
        }
        let params = Params(named: [
            ("ip", .string("192.0.2.7")), ("reason", .string("too many requests")),
            ("count", .integer(42)),
        ])
        let rounds = calls / inFlight
        let before = usedNanoseconds()
        for round in 1...rounds {
            let occurrence = Occurrence(
                id: OccurrenceID(epoch: 0, sequence: UInt64(round)), event: "E_BENCH",
                params: params, time: 0)
            var outcomes = [Outcome](repeating: .delivered, count: inFlight)
            transport.deliver(occurrence, to: targets[...], outcomes: &outcomes)
            // Some in reserve, so that no destination ever waits for this thread.
            ledger.wait(untilSettled: (round - 16) * inFlight)
        }
        ledger.wait(untilSettled: rounds * inFlight)
        let used = usedNanoseconds() - before
        transport.stop(drainMilliseconds: 0)
        print(
            #"{"calls":\#(rounds * inFlight),"delivered":\#(ledger.delivered),"cpu_ns":\#(used)}"#)
    }
}
