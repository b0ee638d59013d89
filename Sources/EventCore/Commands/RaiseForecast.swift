internal import Synchronization

/// What a raise would do.
public struct RaiseForecast: Sendable {
    /// The event's name.
    public let event: String
    /// Whether it exists; a raise would create it.
    public let isKnown: Bool
    /// How many subscriptions match.
    public let matched: Int
    /// What each would be sent, the newest first; one for each member of a group that would get it. At most
    /// `CoreLimits.forecastDeliveriesMax`.
    public internal(set) var deliveries: [ForecastView] = []
    /// Whether `deliveries` has all of them, each with its payload.
    public internal(set) var isComplete = true
    /// Subscriptions that were perhaps meant, at most `CoreLimits.forecastUnmatchedMax`.
    public internal(set) var unmatched: [UnmatchedView] = []
    private var bytes = 0

    init(event: String, isKnown: Bool, matched: Int) {
        self.event = event
        self.isKnown = isKnown
        self.matched = matched
    }

    /// Adds what fits: beyond the limits payloads are left out, then deliveries.
    mutating func add(_ views: [ForecastView], _ limits: CoreLimits) {
        for var view in views {
            guard deliveries.count < limits.forecastDeliveriesMax else {
                isComplete = false
                return
            }
            bytes += view.bytes ?? 0
            if bytes > limits.forecastBytesMax, view.bytes != nil {
                view.forecast.payload = nil
                isComplete = false
            }
            deliveries.append(view)
        }
    }
}

/// What one subscriber would get.
public struct ForecastView: Sendable {
    /// The subscription's id.
    public let subscription: UInt64
    /// Its canonical socket, secrets masked.
    public let socket: String
    /// The transport's name.
    public let transport: String
    /// What would become of it. Without the payload where that is left out, or cannot be written.
    public internal(set) var forecast: DeliveryForecast
    /// For one that waits: no attempt is made before, milliseconds since 1970; nil where that is not known.
    public let until: Int64?
    /// Bytes of the payload; nil where it cannot be written.
    public let bytes: Int?

    init(
        subscription: UInt64, socket: String, transport: String, forecast: DeliveryForecast,
        until: Int64?
    ) {
        self.subscription = subscription
        self.socket = socket
        self.transport = transport
        self.forecast = forecast
        self.until = until
        bytes = forecast.payload?.count
    }
}

/// A subscription that does not match, and why it perhaps should.
public struct UnmatchedView: Sendable {
    /// Its id.
    public let subscription: UInt64
    /// Its event, another one.
    public let event: String
    /// Its canonical socket, secrets masked.
    public let socket: String
    /// Why it does not match, in a sentence.
    public let message: String
}

extension EventInterface {
    /// Events looked at under one hold of the lock.
    private static let eventsPerStep = 4_096

    /// Subscriptions whose event differs from `event` by little, of those events that match `globs`. Every event is
    /// looked at, some thousands at a time.
    func unmatched(_ event: String, _ globs: [EventGlob]?) -> [UnmatchedView] {
        var unmatched: [UnmatchedView] = []
        var next = 0
        while unmatched.count < limits.forecastUnmatchedMax {
            let isDone = core.withLock { core in
                let end = min(next + Self.eventsPerStep, core.state.events.events.count)
                defer { next = end }
                for number in next..<end {
                    add(UInt32(number), unlike: event, globs, in: core.state, to: &unmatched)
                }
                return end == core.state.events.events.count
            }
            if isDone { break }
        }
        return unmatched
    }

    private func add(
        _ number: UInt32, unlike event: String, _ globs: [EventGlob]?,
        in state: borrowing EventState, to unmatched: inout [UnmatchedView]
    ) {
        guard state.events[number].subscriptions.count > 0 else { return }
        let name = state.events[number].description.name
        guard name != event, let message = Slip.between(event, name)?.message(name),
            globs?.contains(where: { $0.matches(name) }) ?? true
        else { return }
        var found: [UnmatchedView] = []
        let room = limits.forecastUnmatchedMax - unmatched.count
        state.events[number].subscriptions.visitNewestFirst(below: nil, in: state.slab) { slot in
            guard found.count < room else { return false }
            let record = state.slab[slot]
            found.append(
                UnmatchedView(
                    subscription: record.id, event: name, socket: text(of: record.socket),
                    message: message))
            return true
        }
        unmatched += found
    }
}
