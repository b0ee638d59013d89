internal import EventCore
internal import Net
internal import Store
internal import Synchronization
internal import Transports

/// What the parts around the core say in `/metrics`.
enum ServiceSections {
    /// Adds all of them.
    static func register(
        in book: MetricsBook, interface: EventInterface, queueing: [any QueueingTransport],
        server: HTTPServer, store: SubscriptionStore
    ) {
        let subscriptions = SubscriptionStates(interface, queueing)
        book.add { writeTransports(queueing, to: &$0) }
        book.add { subscriptions.write(to: &$0) }
        book.add { writeHTTP(server, to: &$0) }
        book.add { writeStore(store.statistics, to: &$0) }
        book.add { writeProcess(to: &$0) }
    }

    /// Statistics of `get_statistics` under names of metrics: `mi_fifo:commands` as `carillon_mi_fifo_commands_total`.
    static func write(_ statistics: [Statistic], to text: inout MetricsText) {
        for statistic in statistics {
            let name = "\(statistic.group)_\(statistic.name)".replacing("-", with: "_")
            let help = "As the statistic \(statistic.group):\(statistic.name)."
            switch statistic.kind {
            case .counter: text.begin(name + "_total", .counter, help)
            case .gauge: text.begin(name, .gauge, help)
            }
            text.add(statistic.value)
        }
    }

    private static func writeTransports(
        _ transports: [any QueueingTransport], to text: inout MetricsText
    ) {
        let counted = transports.map { ($0.name, $0.queues.statistics) }
        text.begin("queue_deliveries", .gauge, "Deliveries that wait in a transport's queues.")
        for (name, statistics) in counted { text.add(statistics.waiting, ("transport", name)) }
        text.begin("attempts_under_way", .gauge, "Attempts that have begun and not ended.")
        for (name, statistics) in counted { text.add(statistics.underWay, ("transport", name)) }
        text.begin("retries_total", .counter, "Attempts of deliveries that had been tried before.")
        for (name, statistics) in counted { text.add(statistics.retries, ("transport", name)) }
        text.begin(
            "breakers", .gauge, "Destinations that are remembered, by their breaker's state.")
        for (name, statistics) in counted {
            let halfOpen = statistics.breakersHalfOpen
            let open = statistics.breakersOpen - halfOpen
            let closed = max(0, statistics.destinations - open - halfOpen)
            text.add(closed, ("transport", name), ("state", "closed"))
            text.add(open, ("transport", name), ("state", "open"))
            text.add(halfOpen, ("transport", name), ("state", "half_open"))
        }
    }

    private static func writeHTTP(_ server: HTTPServer, to text: inout MetricsText) {
        text.begin(
            "http_requests_total", .counter,
            "Requests answered, by the operationId of openapi.yaml and status; operation none is what no operation was found for."
        )
        for answers in server.answers {
            let operation =
                answers.label == 0
                ? "none" : "\(RouteTable.routes[Int(answers.label) - 1].operation)"
            let status = answers.status.map { String($0) } ?? "other"
            text.add(answers.count, ("operation", operation), ("status", status))
        }
        let counters = server.counters
        text.begin("http_connections", .gauge, "Connections open now.")
        text.add(counters.connectionsOpen)
        text.begin("http_connections_accepted_total", .counter, "Connections accepted.")
        text.add(counters.connectionsAccepted)
        text.begin(
            "http_connections_refused_total", .counter,
            "Connections answered 503 because there were as many as may be.")
        text.add(counters.connectionsRefused)
        text.begin("streams", .gauge, "Clients that read the live stream.")
        text.add(counters.streams)
        text.begin("http_workers", .gauge, "Event loops that run.")
        text.add(counters.workers)
        text.begin(
            "http_worker_cpu_seconds_total", .counter, "Processor time of the event loops.")
        text.add(Double(counters.busyNanoseconds) / 1e9)
    }

    private static func writeStore(_ statistics: StoreStatistics, to text: inout MetricsText) {
        text.begin("store_commits_total", .counter, "Transactions, each with one sync of the disk.")
        text.add(statistics.commits)
        text.begin("store_changes_total", .counter, "Changes in them.")
        text.add(statistics.changes)
        text.begin("store_failures_total", .counter, "Transactions that failed.")
        text.add(statistics.failures)
        text.begin("store_waiting_changes", .gauge, "Changes that wait for the next transaction.")
        text.add(statistics.waiting)
        text.begin(
            "store_failing", .gauge, "1 while changes are refused because the last one failed.")
        text.add(statistics.isFailing ? 1 : 0)
    }

    /// Under the names that all programs have for it.
    private static func writeProcess(to text: inout MetricsText) {
        let usage = ProcessUsage()
        text.begin(whole: "process_cpu_seconds_total", .counter, "Processor time used.")
        text.add(usage.processorSeconds)
        text.begin(whole: "process_resident_memory_bytes", .gauge, "Memory that is resident.")
        text.add(usage.residentBytes)
        text.begin(whole: "process_open_fds", .gauge, "File descriptors that are open.")
        text.add(usage.descriptorsOpen)
        text.begin(whole: "process_max_fds", .gauge, "File descriptors that may be open.")
        text.add(usage.descriptorsMax)
        text.begin(
            whole: "process_start_time_seconds", .gauge, "When the process began, since 1970.")
        text.add(usage.startSeconds)
        text.begin(whole: "process_threads", .gauge, "Threads of the process.")
        text.add(usage.threads)
    }
}
