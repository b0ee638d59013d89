/// Giving notice of what happens to deliveries and subscriptions. None is given of what happens to
/// a subscription to one of the events that tell of it: so they never cause themselves.
extension EventState {
    mutating func notifyFailed(
        _ record: SubscriptionRecord, _ reason: FailureReason, of occurrence: OccurrenceID?,
        words: String?
    ) {
        guard isHeard(.deliveryFailed, about: record) else { return }
        notices.add(
            NoticeBoard.Notice(
                event: .deliveryFailed, socket: record.socket,
                values: [
                    name(of: record), nil, id(of: record),
                    occurrence.map { .string($0.description) }, .string(reason.rawValue),
                    words.map { .string($0) },
                ]))
    }

    mutating func notifyExpiring(_ record: SubscriptionRecord, nanosecondsLeft left: Int64) {
        guard isHeard(.expiring, about: record) else { return }
        // Rounded up, as the listings do.
        let ttl = (left + 999_999_999) / 1_000_000_000
        notices.add(
            NoticeBoard.Notice(
                event: .expiring, socket: record.socket,
                values: [name(of: record), nil, id(of: record), .integer(ttl)]))
    }

    mutating func notifyExpired(_ record: SubscriptionRecord, _ reason: EndReason) {
        guard isHeard(.expired, about: record) else { return }
        notices.add(
            NoticeBoard.Notice(
                event: .expired, socket: record.socket,
                values: [name(of: record), nil, id(of: record), .string(reason.rawValue)]))
    }

    mutating func notifyBreaker(_ change: BreakerChange) {
        guard slab.isLive(change.subscription) else { return }
        let record = slab[change.subscription.slot]
        let destination = Value.string(change.destination)
        switch change.state {
        case .open(let reason, let words, let milliseconds):
            guard isHeard(.breakerOpen, about: record) else { return }
            notices.add(
                NoticeBoard.Notice(
                    event: .breakerOpen, socket: record.socket,
                    values: [
                        destination, nil, .string(reason.rawValue), words.map { .string($0) },
                        .integer(milliseconds),
                    ]))
        case .closed:
            guard isHeard(.breakerClosed, about: record) else { return }
            notices.add(
                NoticeBoard.Notice(
                    event: .breakerClosed, socket: record.socket, values: [destination, nil]))
        }
    }

    /// Whether anybody is subscribed to `event`, and it may tell of this subscription.
    private func isHeard(_ event: OwnEvent, about record: borrowing SubscriptionRecord) -> Bool {
        guard let number = notices.number(of: event),
            events[number].subscriptions.count > 0
        else { return false }
        return !events[record.event].isOwn
    }

    private func name(of record: borrowing SubscriptionRecord) -> Value {
        .string(events[record.event].description.name)
    }

    private func id(of record: borrowing SubscriptionRecord) -> Value {
        .integer(Int64(clamping: record.id))
    }
}
