internal import EventCore

/// What the core counts, as metrics. All of it is of one moment.
enum CoreSection {
    /// The event of all those that have no series of their own: no event can be called so.
    static let otherEvents = "(other)"

    static func write(_ core: CoreMetrics, version: String, to text: inout MetricsText) {
        text.begin("build_info", .gauge, "Always 1; the version is in the label.")
        text.add(1, ("version", version))
        text.begin(
            "occurrences_total", .counter,
            "Raises by event: the first events that were raised, all others together.")
        for event in core.events { text.add(event.occurrences, ("event", event.name)) }
        text.add(core.otherOccurrences, ("event", otherEvents))
        text.begin(
            "raise_seconds", .histogram,
            "From the arrival of a raise to the moment in which its deliveries are handed over.")
        text.add(core.raises)
        writeDeliveries(core.transports, to: &text)
        writeReasons(core.transports, to: &text)
        text.begin("events", .gauge, "Events that are known.")
        text.add(core.eventCount)
        text.begin("remembered_occurrences", .gauge, "Occurrences with a receipt in memory.")
        text.add(core.remembered.occurrences)
        text.begin("remembered_bytes", .gauge, "Memory of the receipts.")
        text.add(core.remembered.bytes)
        text.begin("waiting_raises", .gauge, "Raises that wait for their last delivery.")
        text.add(core.waitingRaises)
        text.begin("uncommitted_changes", .gauge, "Changes whose answer waits for the store.")
        text.add(core.uncommittedChanges)
        text.begin(
            "notices_lost_total", .counter,
            "Occurrences of Carillon's own events that found no room to wait.")
        text.add(core.noticesLost)
    }

    private static func writeDeliveries(
        _ transports: [CoreMetrics.Transport], to text: inout MetricsText
    ) {
        text.begin(
            "matched_total", .counter,
            "Deliveries there were to make. At every scrape the sum of deliveries_total and deliveries_pending."
        )
        for one in transports { text.add(one.deliveries.matched, ("transport", one.name)) }
        text.begin("deliveries_total", .counter, "Deliveries that have ended, by their outcome.")
        for one in transports {
            let name = one.name
            let counts = one.deliveries
            text.add(counts.delivered, ("transport", name), ("outcome", "delivered"))
            text.add(counts.failed, ("transport", name), ("outcome", "failed"))
            text.add(counts.dropped, ("transport", name), ("outcome", "dropped"))
        }
        text.begin("deliveries_pending", .gauge, "Deliveries that have not ended.")
        for one in transports { text.add(one.deliveries.pending, ("transport", one.name)) }
        text.begin(
            "oldest_pending_seconds", .gauge,
            "Time since the raise of the oldest delivery that has not ended, in whole seconds; 0 where there is none."
        )
        for one in transports {
            text.add(one.oldestPendingSeconds ?? 0, ("transport", one.name))
        }
        text.begin(
            "backlog_deliveries", .gauge, "Deliveries that their transport has not been handed yet."
        )
        for one in transports { text.add(one.backlog, ("transport", one.name)) }
        text.begin(
            "delivery_seconds", .histogram,
            "From the raise to the end of a delivery, of all that were delivered or failed.")
        for one in transports { text.add(one.latency, ("transport", one.name)) }
    }

    /// A transport without a delivery has no reasons. As soon as it has one it has all of them, so that a rate sees the
    /// first of each.
    private static func writeReasons(
        _ transports: [CoreMetrics.Transport], to text: inout MetricsText
    ) {
        let busy = transports.filter { $0.deliveries.matched > 0 }
        text.begin("failures_total", .counter, "Deliveries that were tried and did not arrive.")
        for one in busy {
            for reason in FailureReason.allCases {
                let count = one.deliveries.failedBy.first { $0.reason == reason }?.count ?? 0
                text.add(count, ("transport", one.name), ("reason", reason.rawValue))
            }
        }
        text.begin("drops_total", .counter, "Deliveries that were never tried.")
        for one in busy {
            for reason in DropReason.allCases {
                let count = one.deliveries.droppedBy.first { $0.reason == reason }?.count ?? 0
                text.add(count, ("transport", one.name), ("reason", reason.rawValue))
            }
        }
    }
}
