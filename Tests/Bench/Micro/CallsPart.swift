import EventCore
import Net
import Transports

/// JSON-RPC calls through the transport itself: as many destinations as there are to be calls in flight, each with
/// the next calls already waiting. With `batch` above 1 they go out as arrays of so many.
enum CallsPart {
    static func run(url: String, inFlight: Int, calls: Int, batch: Int) throws {
        let transport = try RPCTransport(policy: TargetPolicy(mode: .any))
        let ledger = CountingLedger()
        transport.attach(to: ledger)
        let options = batch > 1 ? "#batch=\(batch)" : ""
        let targets = try (0..<inFlight).map { number in
            try target(transport, "\(url)/\(number)\(options)", number)
        }
        let rounds = calls / inFlight
        let before = usedNanoseconds()
        for round in 1...rounds {
            var outcomes = [Outcome](repeating: .delivered, count: inFlight)
            transport.deliver(occurrence(round), to: targets[...], outcomes: &outcomes)
            // Some in reserve, so that no destination ever waits for this thread.
            ledger.wait(untilSettled: (round - 16 * batch) * inFlight)
        }
        ledger.wait(untilSettled: rounds * inFlight)
        let used = usedNanoseconds() - before
        transport.stop(drainMilliseconds: 0)
        print(
            #"{"calls":\#(rounds * inFlight),"delivered":\#(ledger.delivered),"cpu_ns":\#(used)}"#)
    }

    /// A subscriber, number `slot`.
    static func target(_ transport: RPCTransport, _ socket: String, _ slot: Int) throws -> Target {
        let socket = try transport.parse(SocketText.parse(socket))
        return Target(
            subscription: SubscriptionRef(slot: UInt32(slot), generation: 1),
            packed: socket.packed, options: socket.options, detail: socket.detail)
    }

    /// The raise of this number.
    static func occurrence(_ number: Int) -> Occurrence {
        let params = Params(named: [
            ("ip", .string("192.0.2.7")), ("reason", .string("too many requests")),
            ("count", .integer(42)),
        ])
        return Occurrence(
            id: OccurrenceID(epoch: 0, sequence: UInt64(number)), event: "E_BENCH", params: params,
            time: 0)
    }
}
