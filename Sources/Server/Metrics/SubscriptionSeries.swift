internal import EventCore
internal import Net

/// A series for each subscription: only for who asks, for there may be very many.
struct SubscriptionSeries {
    let interface: EventInterface
    let caller: Caller

    /// Most subscriptions with series of their own: the newest.
    static let subscriptionsMax = 10_000

    /// Reads them page by page, so that nobody waits for all of them.
    func write(to text: inout MetricsText) {
        text.begin(
            "subscription_deliveries_total", .counter,
            "Deliveries of one subscription that have ended, by their outcome.")
        var command = ListSubscribersCommand(limit: interface.pageMax)
        var left = Self.subscriptionsMax
        var isWhole = false
        while left > 0, !isWhole {
            command.limit = min(left, interface.pageMax)
            guard let page = page(command) else { break }
            for view in page.subscriptions { write(view, to: &text) }
            left -= page.subscriptions.count
            command.cursor = page.nextCursor
            isWhole = page.nextCursor == nil
        }
        text.begin(
            "subscription_series_complete", .gauge,
            "1 where every subscription has its series, 0 where only the newest have.")
        text.add(isWhole ? 1 : 0)
    }

    private func write(_ view: SubscriptionView, to text: inout MetricsText) {
        let counts = view.deliveries
        for (outcome, count) in [
            ("delivered", counts.delivered), ("failed", counts.failed), ("dropped", counts.dropped),
        ] {
            text.add(
                count, ("subscription", String(view.id)), ("event", view.event),
                ("socket", view.socket), ("outcome", outcome))
        }
    }

    private func page(_ command: ListSubscribersCommand) -> SubscriptionPage? {
        // It fails only for who may not read, and then the metrics have been refused already.
        let outcome = try? Commands.run(
            .listSubscribers(command), by: caller, on: interface, at: Clock.now()
        ) { { _ in } }
        guard case .done(.subscriptions(let page)) = outcome else { return nil }
        return page
    }
}
