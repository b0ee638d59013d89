internal import EventCore
internal import Net
internal import Store
internal import Synchronization
internal import Transports

/// Which parts the service has, and when one of them is not well.
enum ServiceParts {
    /// Adds all of them, in the order of openapi.yaml.
    static func register(
        on board: StatusBoard, server: HTTPServer, listeners: [String], doors: [String],
        store: SubscriptionStore, queueing: [any QueueingTransport], others: [String]
    ) {
        board.add { [server] in
            let counters = server.counters
            return listeners.map { address in
                guard counters.connectionsOpen < server.connectionsMax else {
                    return .degraded(
                        "listener \(address)",
                        "There are as many connections as may be, \(server.connectionsMax).")
                }
                return .ok("listener \(address)")
            }
        }
        board.add { [server] in
            guard let reason = Readiness.stuck(server.longestTurnNanoseconds) else {
                return [.ok("loops")]
            }
            return [.down("loops", reason)]
        }
        board.add { doors.map { .ok("door \($0)") } }
        board.add {
            let statistics = store.statistics
            guard statistics.isFailing else { return [.ok("store")] }
            let error = statistics.lastError ?? "unknown"
            return [.down("store", "Changes are refused: the last one was not written: \(error).")]
        }
        board.add {
            others.map { .ok("transport \($0)") } + queueing.map { look(at: $0) }
        }
    }

    /// What looks at the script: for a minute after the end of a run that it did not come to by itself, it is degraded.
    static func look(at scripts: ScriptEngine) -> StatusBoard.Look {
        let last = Lock<(aborted: UInt64, until: Int64)>((0, .min))
        return { [scripts] in
            let routes = scripts.routes
            guard !routes.isEmpty else { return [] }
            let aborted = routes.reduce(0) { $0 + $1.aborted }
            let now = Clock.boot()
            let isRecent = last.withLock { last in
                if aborted > last.aborted { last.until = now + 60_000_000_000 }
                // After a reload it counts from 0 again.
                last.aborted = aborted
                return now < last.until
            }
            guard isRecent else { return [.ok("script")] }
            return [
                .degraded(
                    "script",
                    "A limit or an error has ended runs in the last minute: GET /routes counts them."
                )
            ]
        }
    }

    private static func look(at transport: any QueueingTransport) -> PartCondition {
        let name = "transport \(transport.name)"
        let count = transport.queues.statistics.breakersOpen
        guard count > 0, let first = transport.queues.firstBroken else { return .ok(name) }
        let what = count == 1 ? "1 destination is" : "\(count) destinations are"
        return .degraded(name, "\(what) left alone after failures, \(first) first.")
    }
}
