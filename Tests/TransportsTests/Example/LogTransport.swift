import EventCore
import Synchronization
import WireFormats

/// `log:NAME`: each occurrence is handed to a function as a line, `NAME {"jsonrpc":…}`.
final class LogTransport: Transport {
    let name = "log"
    let schemes = ["log"]

    private let write: @Sendable (String) -> Void
    private let isStopped = Atomic(false)

    init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// What the socket is once it is parsed: all that `deliver` needs.
    private final class Label: Sendable {
        let text: String
        init(_ text: String) { self.text = text }
    }

    func parse(_ text: SocketText) throws(SocketError) -> Socket {
        guard text.options.isEmpty else {
            throw SocketError(.badOption, "A log socket has no options.")
        }
        let isName = text.rest.utf8.allSatisfy { (0x61...0x7A).contains($0) }
        guard isName, text.rest.utf8.count <= 16 else {
            throw SocketError(.malformed, "A log socket names 1 to 16 letters from a to z.")
        }
        let canonical = "log:" + text.rest
        return Socket(
            packed: 0,
            detail: SocketDetail(
                identity: canonical, text: canonical, target: Label(text.rest)))
    }

    func text(of socket: Socket, secrets: Bool) -> String { socket.detail?.text ?? "" }

    /// Everything ends inside `deliver`, so there is nothing to tell the ledger later.
    func attach(to ledger: any DeliveryLedger) {}

    func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        let payload = occurrence.payload(.json, encode: NotificationFormat.json)
        for (place, target) in zip(outcomes.indices, targets) {
            guard !isStopped.load(ordering: .relaxed) else {
                outcomes[place] = .dropped(.stopped)
                continue
            }
            guard let label = target.detail?.target as? Label else {
                outcomes[place] = .failed(.system)
                continue
            }
            write(label.text + " " + String(decoding: payload, as: UTF8.self))
        }
    }

    func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        [DeliveryForecast(occurrence.payload(.json, encode: NotificationFormat.json))]
    }

    func factsOfDelivery(of occurrence: Occurrence, to socket: Socket) -> AttemptFacts? {
        let payload = occurrence.payload(.json, encode: NotificationFormat.json)
        return AttemptFacts(time: occurrence.time, microseconds: 0, bytes: payload.count)
    }

    func schedule(_ work: @escaping @Sendable () -> Void) { work() }

    func stop(drainMilliseconds: Int) { isStopped.store(true, ordering: .relaxed) }
}
