internal import Synchronization

/// What the core counts, all of one moment: `matched = delivered + failed + dropped + pending` for every transport.
public struct CoreMetrics: Sendable {
    /// One transport.
    public struct Transport: Sendable {
        /// Its name.
        public let name: String
        /// What became of its deliveries, those of ended subscriptions too.
        public let deliveries: DeliveryCounts
        /// Deliveries that have not been handed to it yet.
        public let backlog: Int
        /// Seconds since the raise of the oldest delivery that has not ended, whole ones; nil where there is none.
        public let oldestPendingSeconds: Int64?
        /// From the raise to the end, of all that were delivered or failed.
        public let latency: LatencyHistogram
        /// Its subscriptions.
        public let subscriptions: Int
    }

    /// In the order of the table of transports.
    public let transports: [Transport]
    /// Raises by event, for those that the caller may see and that have a series of their own.
    public let events: [(name: String, occurrences: UInt64)]
    /// Raises of all other events.
    public let otherOccurrences: UInt64
    /// From the arrival of the command to the moment in which its deliveries are handed over.
    public let raises: LatencyHistogram
    /// Events there are.
    public let eventCount: Int
    /// Occurrences that are remembered, and the bytes that they take.
    public let remembered: (occurrences: Int, bytes: Int)
    /// Raises that wait for their last delivery.
    public let waitingRaises: Int
    /// Changes that the journal has not confirmed.
    public let uncommittedChanges: Int
    /// Notices of Carillon's own events that found no room.
    public let noticesLost: UInt64
    /// When this process began, milliseconds since 1970.
    public let started: Int64
}

/// Reads the metrics.
public struct MetricsCommand: Sendable {
    /// A command.
    public init() {}

    /// `events` are those that the caller may read; nil: all.
    func run(
        _ events: [EventGlob]?, on interface: EventInterface, at now: Moment
    ) -> CommandReply {
        .metrics(interface.metrics(of: events, at: now))
    }
}

extension EventInterface {
    /// One reading of everything, under one hold of the lock: some microseconds, however many subscriptions there are.
    func metrics(of globs: [EventGlob]?, at now: Moment) -> CoreMetrics {
        let raises = raiseTimes.withLock { $0.view }
        return locked { core in
            expireFirst(&core, at: now)
            let state = core.state
            let transports = self.transports.enumerated().map { lane, transport in
                let traffic = state.traffic[lane]
                return CoreMetrics.Transport(
                    name: transport.name, deliveries: traffic.counts,
                    backlog: state.lanes[lane].backlog,
                    oldestPendingSeconds: traffic.pending.oldestSecond.map {
                        max(0, now.boot / 1_000_000_000 - $0)
                    },
                    latency: traffic.latency.view,
                    subscriptions: state.subscriptionsByTransport[lane]
                )
            }
            let events = state.raisedEvents.numbers.compactMap { number -> (String, UInt64)? in
                let event = state.events[number]
                let name = event.description.name
                if let globs, !globs.contains(where: { $0.matches(name) }) { return nil }
                return (name, event.occurrences)
            }
            return CoreMetrics(
                transports: transports, events: events,
                otherOccurrences: state.occurrences - events.reduce(0) { $0 + $1.1 },
                raises: raises, eventCount: state.events.count,
                remembered: (Int(state.log.next - state.log.first), state.log.bytes),
                waitingRaises: state.waits.count, uncommittedChanges: core.uncommitted.count,
                noticesLost: state.notices.lost, started: started.wall)
        }
    }
}
