import EventCore

/// Carillon's own events: what has to be told, and to whom.
extension NaiveCore {
    /// What the module `evi` publishes.
    static let ownEvents = [
        "E_EVI_DELIVERY_FAILED", "E_EVI_BREAKER_OPEN", "E_EVI_BREAKER_CLOSED", "E_EVI_EXPIRING",
        "E_EVI_EXPIRED",
    ]

    /// Its receiver is gone, or has a breaker that changed.
    mutating func endAsGone(_ target: Target) {
        guard let one = living(target), changes.count < limits.uncommittedChangesMax,
            let index = subscriptions.firstIndex(where: { $0.id == one.id })
        else { return }
        remove(index, step: nil)
        notify("E_EVI_EXPIRED", of: one, ["reason=gone"])
        raiseNotices()
    }

    mutating func tell(_ target: Target, _ event: String, _ before: String, _ after: [String]) {
        guard let one = living(target) else { return }
        notify(event, about: one, [before, "socket=\(one.address.text)"] + after)
        raiseNotices()
    }

    mutating func notify(_ event: String, of one: Subscription, _ more: [String]) {
        notify(
            event, about: one,
            ["event=\(one.event)", "socket=\(one.address.text)", "subscription=\(one.id)"] + more)
    }

    /// Nobody is told who has not subscribed, and nothing that befalls a subscription to such an event.
    private mutating func notify(_ event: String, about one: Subscription, _ pairs: [String]) {
        let isHeard = subscriptions.contains { $0.event == event }
        guard isHeard, !one.event.hasPrefix("E_EVI_") else { return }
        if notices.count < limits.noticesMax {
            notices.append((event, pairs.joined(separator: " ")))
        } else {
            noticesLost += 1
        }
    }

    /// Raises what the last operation gave notice of.
    mutating func raiseNotices() {
        while !notices.isEmpty {
            let notice = notices.removeFirst()
            raise(notice.event, notice.text, step: nil)
        }
    }
}
