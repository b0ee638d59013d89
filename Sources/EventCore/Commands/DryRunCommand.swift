internal import Synchronization

/// Foretells a raise: who matches, what each would be sent and how that would go, and who does not match but was
/// perhaps meant. Nothing is raised, created, counted or remembered.
///
/// Answers `.foretold`. Errors: those of `RaiseCommand`.
public struct DryRunCommand: Sendable {
    /// The event's name.
    public var event: String
    /// Its values.
    public var params: Params
    /// Whether a raise would create an unknown event: else that is an error, as there.
    public var createsEvent: Bool
    /// See `Raiser`. The command layer sets it, never a surface.
    var mayRaiseReserved = false

    /// A command.
    public init(event: String, params: Params, createsEvent: Bool) {
        self.event = event
        self.params = params
        self.createsEvent = createsEvent
    }

    /// What is known under the lock; the transports are asked outside it.
    private struct Match {
        var isKnown = false
        var matched = 0
        var targets: [Fanout.Kept] = []
        /// By transport: what would become of a delivery before the transport has it.
        var lanes: [DropReason?] = []
        var occurrence: Occurrence
    }

    /// Shows subscribers of other events only where those are of `globs`; nil = all.
    func run(
        _ globs: [EventGlob]?, on interface: EventInterface, at now: Moment
    ) throws(CommandError) -> CommandReply {
        try params.check(interface.limits)
        let match = try interface.locked { core throws(CommandError) -> Match in
            interface.expireFirst(&core, at: now)
            return try find(in: core, of: interface, at: now)
        }
        var foretold = RaiseForecast(event: event, isKnown: match.isKnown, matched: match.matched)
        for kept in match.targets {
            let isFull = foretold.deliveries.count >= interface.limits.forecastDeliveriesMax
            if isFull { break }
            foretold.add(
                interface.forecasts(match.occurrence, for: kept, match.lanes, at: now),
                interface.limits)
        }
        if match.targets.count < match.matched { foretold.isComplete = false }
        foretold.unmatched = interface.unmatched(event, globs)
        return .foretold(foretold)
    }

    private func find(
        in core: EventInterface.Core, of interface: EventInterface, at now: Moment
    ) throws(CommandError) -> Match {
        // The id that a raise would have now: in some payloads its length shows.
        let id = OccurrenceID(epoch: core.state.epoch, sequence: core.state.occurrences + 1)
        var match = Match(
            occurrence: Occurrence(id: id, event: event, params: params, time: now.wall))
        guard let number = core.state.events.number(of: event) else {
            try interface.checkCreation(
                of: event, mayCreate: createsEvent, mayBeReserved: mayRaiseReserved, in: core)
            return match
        }
        try interface.checkReserved(number, mayBeReserved: mayRaiseReserved, in: core)
        match.isKnown = true
        match.matched = core.state.events[number].subscriptions.count
        core.state.events[number].subscriptions.visitNewestFirst(below: nil, in: core.state.slab) {
            let record = core.state.slab[$0]
            match.targets.append(
                Fanout.Kept(
                    target: Target(
                        subscription: SubscriptionRef(slot: $0, generation: record.generation),
                        packed: record.packed, options: record.options, detail: record.detail,
                        id: record.id),
                    transport: record.transport))
            return match.targets.count < interface.limits.forecastDeliveriesMax
        }
        match.lanes = core.state.lanes.map { lane in
            if lane.isClosed { return .stopped }
            return lane.entries.count < interface.limits.laneOccurrencesMax ? nil : .queueFull
        }
        return match
    }
}

extension EventInterface {
    /// Throws where a raise could not create the event `name`, which is not there.
    fileprivate func checkCreation(
        of name: String, mayCreate: Bool, mayBeReserved: Bool, in core: Core
    ) throws(CommandError) {
        try checkName(name)
        guard mayCreate else { throw eventNotFound(name) }
        try checkCreation(ofEvent: name, mayBeReserved: mayBeReserved, in: core)
    }

    /// What one subscriber would get; several where it is a group of sockets.
    fileprivate func forecasts(
        _ occurrence: Occurrence, for kept: Fanout.Kept, _ lanes: [DropReason?], at now: Moment
    ) -> [ForecastView] {
        let transport = transports[Int(kept.transport)]
        var socket = kept.target.socket
        socket.transport = kept.transport
        return transport.forecast(occurrence, for: kept.target).map { forecast in
            var forecast = forecast
            var until: Int64?
            if let reason = lanes[Int(kept.transport)] {
                forecast.course = .drop(reason)
                forecast.words =
                    reason == .stopped
                    ? "The service is being stopped."
                    : "The transport has more occurrences to send than it may keep."
            } else if forecast.course == .send,
                let health = forecast.health ?? transport.health(of: socket)
            {
                until = forecast.wait(for: health, at: now)
            }
            return ForecastView(
                subscription: kept.target.id, socket: text(of: socket), transport: transport.name,
                forecast: forecast, until: until)
        }
    }
}

extension DeliveryForecast {
    /// Waits where a destination is left alone at the moment; until when, milliseconds since 1970, where that is known.
    fileprivate mutating func wait(for health: DestinationHealth, at now: Moment) -> Int64? {
        let pauseEnd = health.nextAttemptTime.flatMap { $0 > now.wall ? $0 : nil }
        guard pauseEnd != nil || health.breaker == .open else { return nil }
        course = .wait
        let count = health.consecutiveFailures
        words =
            "No attempt is made for a while, after \(count) \(count == 1 ? "failure" : "failures") in a row"
            + (health.lastError.map { ": \($0)." } ?? ".")
        return pauseEnd
    }
}
