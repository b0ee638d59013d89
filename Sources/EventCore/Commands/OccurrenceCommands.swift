internal import Synchronization

/// Shows one occurrence with what became of each delivery. Error: `occurrenceNotFound`.
public struct ShowOccurrenceCommand: Sendable {
    /// The occurrence.
    public var id: OccurrenceID

    /// A command.
    public init(id: OccurrenceID) {
        self.id = id
    }

    func run(on interface: EventInterface, at now: Moment) throws(CommandError) -> CommandReply {
        try interface.locked { core throws(CommandError) in
            interface.expireFirst(&core, at: now)
            guard let view = interface.view(ofOccurrence: id, in: core.state) else {
                throw CommandError(
                    .occurrenceNotFound,
                    "No occurrence \(id) is remembered: the last \(interface.limits.occurrencesKeptMax) are, since the service began.",
                    parameter: "id")
            }
            return .occurrence(view)
        }
    }
}

/// Lists the occurrences that are remembered, newest first, without their deliveries.
///
/// It looks at no more than `pageScanMax` of them, so a page may be short although more follow.
public struct ListOccurrencesCommand: Sendable {
    /// Only those of events that match.
    public var event: EventGlob?
    /// Only those raised at this time or later, milliseconds since 1970.
    public var since: Int64?
    /// Only those that stand like this.
    public var state: OccurrenceState?
    /// Most entries of the page.
    public var limit: Int
    /// The `nextCursor` of the page before.
    public var cursor: UInt64?

    /// A command.
    public init(
        event: EventGlob? = nil, since: Int64? = nil, state: OccurrenceState? = nil, limit: Int,
        cursor: UInt64? = nil
    ) {
        self.event = event
        self.since = since
        self.state = state
        self.limit = limit
        self.cursor = cursor
    }

    /// Shows only occurrences of events of `globs`; nil = all.
    func run(
        _ globs: [EventGlob]?, on interface: EventInterface, at now: Moment
    ) -> CommandReply {
        interface.locked { core in
            interface.expireFirst(&core, at: now)
            var views: [OccurrenceView] = []
            let log = core.state.log
            var sequence = min(cursor ?? .max, log.next)
            var scansLeft = interface.limits.pageScanMax
            while sequence > log.first, views.count < limit, scansLeft > 0 {
                sequence -= 1
                scansLeft -= 1
                // Most of what is looked at is not what is looked for.
                guard let head = log.head(sequence), isOf(globs, head.event) else { continue }
                // They are in the order of their times, but for steps of the clock.
                if let since, head.time < since { continue }
                if !head.isMatched, state ?? .delivered != .delivered { continue }
                guard let entry = log.entry(sequence, epoch: core.state.epoch) else { continue }
                let view = interface.view(entry, in: core.state)
                if state == nil || state == view.state { views.append(view) }
            }
            return .occurrences(
                OccurrencePage(
                    occurrences: views, nextCursor: sequence > log.first ? sequence : nil))
        }
    }

    private func isOf(_ globs: [EventGlob]?, _ name: String) -> Bool {
        event?.matches(name) ?? true && globs?.contains { $0.matches(name) } ?? true
    }
}

extension OccurrenceID {
    /// An id from its text, `19c2e55aa10-42`; nil for any other text.
    public init?(parsing text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ 1...20 ~= $0.count }),
            let epoch = Int64(Substring(parts[0]), radix: 16),
            let sequence = UInt64(Substring(parts[1]))
        else { return nil }
        let id = OccurrenceID(epoch: epoch, sequence: sequence)
        // One spelling each: no sign, no leading zeros, small letters.
        guard id.description == text else { return nil }
        self = id
    }
}
