public import EventCore
internal import Synchronization

/// A transport whose subscribers are numbers: `SCHEME:NUMBER#tag=0…65535`, or `SCHEME:NAME` in a detail.
///
/// What it was handed is kept; what becomes of each delivery is decided by `outcome`; scheduled work waits until
/// the test runs it, unless `runsScheduledWork`.
public final class ManualTransport: Transport {
    /// Its name in listings.
    public let name: String
    /// Its schemes.
    public let schemes: [String]
    private let decide: @Sendable (Occurrence, Target) -> Outcome
    private let runsScheduledWork: Bool
    /// Whether subscriptions to it are never kept.
    public let isVolatile: Bool
    private let state = Lock(State())

    /// One delivery as it was handed over.
    public struct Delivery: Sendable, Equatable {
        /// The occurrence's sequence number.
        public let sequence: UInt64
        /// The event's name.
        public let event: String
        /// The subscriber: its number, 0 for a named one.
        public let packed: UInt64
        /// The subscriber's option.
        public let tag: UInt16
        /// Whose delivery it is.
        public let subscription: SubscriptionRef
        /// The occurrence's values.
        public let params: Params

        /// Whether both tell the same; the reference is nothing a test can know, and the values are not compared.
        public static func == (left: Delivery, right: Delivery) -> Bool {
            left.sequence == right.sequence && left.event == right.event
                && left.packed == right.packed && left.tag == right.tag
        }
    }

    private struct State {
        var deliveries: [Delivery] = []
        var scheduled: [@Sendable () -> Void] = []
        var drains: [Int] = []
        weak var ledger: (any DeliveryLedger)?
    }

    /// A transport; `outcome` decides how each delivery goes.
    public init(
        name: String = "manual", schemes: [String] = ["manual"], runsScheduledWork: Bool = false,
        isVolatile: Bool = false,
        outcome: @escaping @Sendable (Occurrence, Target) -> Outcome = { _, _ in .delivered }
    ) {
        self.name = name
        self.schemes = schemes
        self.runsScheduledWork = runsScheduledWork
        self.isVolatile = isVolatile
        decide = outcome
    }

    /// Everything handed over since the last `takeDeliveries`.
    public var deliveries: [Delivery] { state.withLock { $0.deliveries } }

    /// Everything handed over since the last call.
    public func takeDeliveries() -> [Delivery] {
        state.withLock { state in
            defer { state.deliveries = [] }
            return state.deliveries
        }
    }

    /// How much work waits on the transport's queue.
    public var scheduledCount: Int { state.withLock { $0.scheduled.count } }

    /// The drain times of the calls of `stop`.
    public var drains: [Int] { state.withLock { $0.drains } }

    /// Runs the work that was scheduled first; false when there is none.
    @discardableResult
    public func runScheduled() -> Bool {
        let work = state.withLock { $0.scheduled.isEmpty ? nil : $0.scheduled.removeFirst() }
        work?()
        return work != nil
    }

    /// Tells the core what became of deliveries.
    public func settle(_ results: [DeliveryResult]) { ledger?.settle(results) }

    /// Asks the core whether a delivery may start.
    public func mayStart(_ subscription: SubscriptionRef) -> DropReason? {
        ledger?.mayStart(subscription)
    }

    /// Ends a subscription whose receiver is gone.
    public func end(_ subscription: SubscriptionRef) {
        ledger?.end(subscription, as: .gone, by: name)
    }

    /// Tells the core of a breaker.
    public func tell(_ change: BreakerChange) { ledger?.tell(change) }

    private var ledger: (any DeliveryLedger)? { state.withLock { $0.ledger } }

    /// Keeps the ledger, weakly.
    public func attach(to ledger: any DeliveryLedger) { state.withLock { $0.ledger = ledger } }

    /// Numbers and names; 13 never receives and 99 is forbidden.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        var tag: UInt16 = 0
        for option in text.options {
            guard option.name == "tag" || option.name == "format", let value = UInt16(option.value)
            else {
                throw SocketError(.badOption, "The option is `tag`, a number from 0 to 65535.")
            }
            tag = value
        }
        if let number = UInt64(text.rest) {
            guard number != 13 else {
                throw SocketError(.unusableAddress, "Nobody lives at number 13.")
            }
            guard number != 99 else { throw SocketError(.forbidden, "Number 99 is off limits.") }
            return Socket(packed: number, options: tag)
        }
        let isMasked = text.rest.hasPrefix("***@")
        let letters = text.rest.utf8.dropFirst(isMasked ? 3 : 0)
        guard letters.allSatisfy({ (0x61...0x7A).contains($0) || $0 == 0x40 }) else {
            throw SocketError(
                .malformed, "A number or a name of small letters comes after the scheme.")
        }
        // `secret@name`: the secret is masked in `text`.
        let name = text.rest.split(separator: "@").last.map(String.init) ?? ""
        let hasSecret = name != text.rest
        let scheme = text.scheme + ":"
        let options = tag == 0 ? "" : "#tag=\(tag)"
        return Socket(
            packed: 0, options: tag,
            detail: SocketDetail(
                identity: scheme + name, text: scheme + (hasSecret ? "***@" : "") + name + options,
                secretText: scheme + text.rest + options, isMasked: isMasked, target: Nothing()))
    }

    /// The socket with its tag; the secret masked unless asked for.
    public func text(of socket: Socket, secrets: Bool) -> String {
        if let detail = socket.detail { return secrets ? detail.secretText : detail.text }
        return "\(schemes[0]):\(socket.packed)"
            + (socket.options == 0 ? "" : "#tag=\(socket.options)")
    }

    /// Keeps what it was handed, and decides.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        var handed: [Delivery] = []
        for (index, target) in targets.enumerated() {
            outcomes[index] = decide(occurrence, target)
            if case .dropped = outcomes[index] { continue }
            handed.append(
                Delivery(
                    sequence: occurrence.sequence, event: occurrence.event, packed: target.packed,
                    tag: target.options, subscription: target.subscription,
                    params: occurrence.params))
        }
        state.withLock { $0.deliveries += handed }
    }

    /// What `decide` says, with the event's name for a payload.
    public func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        let payload = Array(occurrence.event.utf8)
        return switch decide(occurrence, target) {
        case .pending, .delivered: [DeliveryForecast(payload)]
        case .failed(let reason): [DeliveryForecast(payload, .fail(reason), words: "Decided so.")]
        case .dropped(let reason): [DeliveryForecast(payload, .drop(reason), words: "Decided so.")]
        }
    }

    /// Keeps the work until `runScheduled`.
    public func schedule(_ work: @escaping @Sendable () -> Void) {
        if runsScheduledWork { return work() }
        state.withLock { $0.scheduled.append(work) }
    }

    /// Notes the call.
    public func stop(drainMilliseconds: Int) {
        state.withLock { $0.drains.append(drainMilliseconds) }
    }

    private final class Nothing: Sendable {}
}
