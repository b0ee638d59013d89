internal import EventCore
internal import Net
internal import Store
internal import Transports

/// What `get_statistics` shows of the parts around the core.
enum Statistics {
    /// Adds what the transports count beside the outcomes of deliveries.
    static func register(_ interface: EventInterface, transports: [any Transport]) {
        for case let queueing as any QueueingTransport in transports {
            let group = "transport_\(queueing.name)"
            interface.addStatistics {
                let counted = queueing.queues.statistics
                return [
                    Statistic(
                        group: group, name: "waiting", value: Int64(counted.waiting), kind: .gauge),
                    Statistic(
                        group: group, name: "under_way", value: Int64(counted.underWay),
                        kind: .gauge),
                    Statistic(
                        group: group, name: "breakers_open", value: Int64(counted.breakersOpen),
                        kind: .gauge),
                    Statistic(
                        group: group, name: "retries", value: Int64(clamping: counted.retries)),
                ]
            }
        }
        for case let datagram as DatagramTransport in transports {
            interface.addStatistics {
                let counted = datagram.statistics()
                let errors = counted.sendErrors.sorted { $0.key < $1.key }
                return [
                    Statistic(
                        group: "datagram", name: "icmp_errors",
                        value: Int64(clamping: counted.icmpErrors)),
                    Statistic(
                        group: "datagram", name: "udp_connections",
                        value: Int64(counted.udpConnections)),
                    Statistic(
                        group: "datagram", name: "unix_connections",
                        value: Int64(counted.unixConnections)),
                ]
                    + errors.map { errno, count in
                        Statistic(
                            group: "datagram", name: "send_errors_errno_\(errno)",
                            value: Int64(clamping: count))
                    }
            }
        }
    }

    static func register(
        _ interface: EventInterface, server: HTTPServer, store: SubscriptionStore,
        doors: Doors
    ) {
        interface.addStatistics { doors.statistics }
        interface.addStatistics {
            let counters = server.counters
            return [
                Statistic(
                    group: "http", name: "connections", value: Int64(counters.connectionsOpen),
                    kind: .gauge),
                Statistic(
                    group: "http", name: "accepted", value: Int64(counters.connectionsAccepted)),
                Statistic(group: "http", name: "requests", value: Int64(counters.requests)),
                Statistic(group: "http", name: "refusals", value: Int64(counters.refusals)),
                Statistic(
                    group: "http", name: "workers", value: Int64(counters.workers), kind: .gauge),
            ]
        }
        interface.addStatistics {
            let statistics = store.statistics
            return [
                Statistic(
                    group: "store", name: "commits", value: Int64(clamping: statistics.commits)),
                Statistic(
                    group: "store", name: "changes", value: Int64(clamping: statistics.changes)),
                Statistic(
                    group: "store", name: "failures", value: Int64(clamping: statistics.failures)),
                Statistic(
                    group: "store", name: "waiting", value: Int64(statistics.waiting), kind: .gauge),
            ]
        }
    }
}
