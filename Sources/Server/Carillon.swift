internal import EventCore
public import Logging
internal import Net
internal import Store
internal import Synchronization
internal import Transports
internal import WireFormats

/// The program as a value: made from settings, started, stopped. Everything is wired here and nowhere else.
public final class Carillon: Sendable {
    /// The program's version; CHANGELOG.md says what is in it.
    public static let version = "0.1.0"

    /// The settings in force.
    let current: Lock<Settings>
    let logSwitch: LogSwitch
    let interface: EventInterface
    let policy: TargetPolicy
    /// Those of the transports whose deliveries wait in queues.
    let queueing: [any QueueingTransport]
    private let files = ReopenedFiles()
    let rules: LiveRules
    let addresses: [ListenAddress]
    private let doors: Doors
    private let processes: ServiceProcesses
    let log: Logger
    let scripts: ScriptEngine
    private let calls: HTTPCaller
    private let prober: Prober
    private let again: (@Sendable () throws(StartError) -> Settings)?
    /// One at a time reloads.
    let reloading = Lock(())
    private let store: SubscriptionStore
    let server: HTTPServer
    private let readiness: Readiness
    private let metrics = MetricsBook()
    private let status = StatusBoard()
    /// What was wrong with the settings when they were last read again; nil where nothing was.
    private let reloadFault = Lock<String?>(nil)
    let feed: OccurrenceFeed
    private let housekeeping: Housekeeping
    let authenticator: Authenticator
    private let requestGuard: RequestGuard?
    private let auditLog: AuditLog

    /// Opens the state, brings back what survived and begins to listen; nothing is answered before `start`.
    /// Blocks: about half a second per million subscriptions. Throws one sentence about the first thing that is
    /// wrong, with the state untouched. `logSwitch` is the one that `log` follows; `again` reads the settings anew for a
    /// reload; `end` is called, on any thread, when a command asks for the end of the service, and sees to it that
    /// `stop` is called.
    public init(
        settings: Settings, log: Logger, logSwitch: LogSwitch = LogSwitch(.notice),
        again: (@Sendable () throws(StartError) -> Settings)? = nil,
        end: @escaping @Sendable () -> Void = {}
    ) throws(StartError) {
        var kept = settings
        // Read once; a reload reads it anew.
        kept.scriptFile = nil
        current = Lock(kept)
        self.again = again
        let script = try Self.script(settings)
        self.log = log
        self.logSwitch = logSwitch
        let wanted = try settings.listen.map { text throws(StartError) in
            try ListenSetting.parse(text)
        }
        try Self.check(wanted, settings)
        authenticator = try Authenticator(settings)
        let own = OwnListeners()
        policy = try Self.policy(settings, own: own)
        let route = RouteTransport()
        let maker = try Self.maker(settings, policy: policy, reopened: files)
        let transports: [any Transport] =
            [route] + (try Self.transports(settings, maker))
        do throws(StoreError) {
            store = try SubscriptionStore.open(directory: settings.stateDirectory)
        } catch {
            throw StartError(error.message)
        }
        readiness = Readiness { [store] in store.statistics.isFailing }
        auditLog = AuditLog(log)
        interface = EventInterface(
            transports: transports, journal: store, limits: settings.coreLimits,
            version: "Carillon \(Self.version)", audit: auditLog.take, clock: Clock.now)
        do throws(CommandError) {
            try interface.publishOwnEvents()
        } catch {
            throw StartError("The events of Carillon's own cannot be published: \(error.message)")
        }
        try Self.announceRotations(of: files, on: interface, log: log)
        requestGuard = try RequestGuard(settings, on: interface)
        Statistics.register(interface, transports: transports)
        queueing = transports.compactMap { $0 as? any QueueingTransport }
        rules = LiveRules(Self.rules(settings, addresses: wanted))
        let runner = MIRunner(interface: interface)
        feed = OccurrenceFeed(interface, streamsMax: settings.streamsMax)
        calls = try Self.caller(settings, policy: policy)
        scripts = Self.engine(
            interface, log, route,
            ScriptEffects(caller: calls, runner: runner, clock: Clock.now))
        interface.attach(routes: scripts)
        prober = Self.prober(maker, transports, routes: scripts)
        interface.attach(prober: prober)
        let rest = REST(
            interface: interface, mi: MI(runner: runner), rules: rules, readiness: readiness,
            status: status, metrics: metrics, feed: feed)
        server = try Self.server(
            settings,
            handler: HTTPSurface(
                rest: rest, authenticator: authenticator, requestGuard: requestGuard, log: log))
        addresses = try Self.bind(server, to: wanted)
        Self.note(server.bound, over: .tcp, in: own)
        doors = try Doors(
            settings, runner: runner, authenticator: authenticator, own: own, log: log)
        // When all our own ports are known: a subscription that leads to one of them is not taken up again.
        try Self.restore(from: store, into: interface, log: log)
        processes = ServiceProcesses(
            logSwitch: logSwitch, rotate: files.rotate, end: end)
        interface.attach(service: processes)
        let load = WorkerLoad()
        interface.addStatistics { load.statistics }
        housekeeping = Housekeeping(interface, store) { [server, status] in
            status.read(at: Clock.now().wall)
            let counters = server.counters
            load.read(
                at: Clock.boot(), workedNanoseconds: counters.workingNanoseconds,
                workers: counters.workers)
        }
        try put(script, inForce: settings.script)
        processes.attach { [weak self] in self?.reload() }
        try openUnixSockets()
    }

    /// Where it listens, with the real ports: `http://127.0.0.1:8080`, `unix:/run/carillon.sock`; behind those
    /// where it takes datagrams: `udp:127.0.0.1:8765`.
    public var listening: [String] { httpAddresses + doors.addresses }

    private var httpAddresses: [String] {
        addresses.map { address in
            switch address {
            case .tcp: "http://\(address)"
            case .unix: "\(address)"
            }
        }
    }

    /// Where the command FIFO lies; nil for none.
    public var commandFIFO: String? { doors.fifoPath }

    /// Answers from now on. Throws when the system has no descriptor or thread left for it.
    public func start() throws(StartError) {
        Statistics.register(interface, server: server, store: store, doors: doors)
        ServiceSections.register(
            in: metrics, interface: interface, queueing: queueing, server: server, store: store)
        let statistics: [@Sendable () -> [Statistic]] = [
            { [scripts] in scripts.statistics }, { [doors] in doors.statistics },
            { [requestGuard] in requestGuard?.statistics ?? [] },
        ]
        metrics.add { [logSwitch] text in
            let counters = logSwitch.writer.counters
            text.begin("log_lines_total", .counter, "Lines of the log.")
            text.add(counters.lines)
            text.begin(
                "log_lines_dropped_total", .counter, "Lines lost because nobody took them in time.")
            text.add(counters.dropped)
        }
        for source in statistics { metrics.add { ServiceSections.write(source(), to: &$0) } }
        processes.list(processTypes)
        registerParts()
        if let requestGuard { interface.addStatistics { requestGuard.statistics } }
        housekeeping.start()
        interface.listen { [server] in server.wakeStreams() }
        scripts.start()
        do throws(SystemError) {
            try server.start()
        } catch {
            throw StartError("The HTTP server does not start: \(error)")
        }
        try doors.open()
        readiness.enter(.running)
        for address in listening { log.notice("LISTENER(\(address)): open") }
        if let commandFIFO { log.notice("FIFO(\(commandFIFO)): open") }
    }

    /// Has the files that lines are written to opened anew, for who has renamed them. Any thread; returns at once.
    public func reopenFiles() { files.reopen() }

    /// Answers what is under way, lets queued deliveries out for `drainMilliseconds`, writes everything down.
    /// Blocks until done. What was left undelivered is logged and counted.
    public func stop() {
        readiness.enter(.stopping)
        let drainMilliseconds = current.withLock { $0.drainMilliseconds }
        prober.stop()
        doors.close(graceMilliseconds: drainMilliseconds)
        server.stop(graceMilliseconds: drainMilliseconds)
        interface.stop(drainMilliseconds: drainMilliseconds) { transport, dropped in
            guard dropped > 0 else { return }
            log.warning("TRANSPORT(\(transport)): stopped dropped=\(dropped)")
        }
        calls.stop()
        housekeeping.stop()
        store.close()
        auditLog.flush()
        let totals = interface.totals()
        log.notice(
            "SERVICE: stopped matched=\(totals.matched) delivered=\(totals.delivered) failed=\(totals.failed) dropped=\(totals.dropped)"
        )
    }
}

extension Carillon {
    /// Opens files anew, reads the settings again and puts them in force, as SIGHUP does; see `reload(_:)`. Logs what came of it. Without
    /// `again` the settings stay, and the script is read again.
    public func reload() -> Result<ReloadReport, StartError> {
        reopenFiles()
        do throws(StartError) {
            let new = try again?() ?? current.withLock { $0 }
            let report = try reload(new)
            let applied = report.applied.joined(separator: ",")
            log.notice("SETTINGS: read again applied=\(applied.isEmpty ? "nothing" : applied)")
            if !report.needsRestart.isEmpty {
                log.warning(
                    "SETTINGS: new values wait for a restart: \(report.needsRestart.joined(separator: ","))"
                )
            }
            reloadFault.withLock { $0 = nil }
            return .success(report)
        } catch {
            reloadFault.withLock { $0 = error.description }
            for line in error.description.split(separator: "\n") {
                log.error("SETTINGS: kept as they were: \(line)")
            }
            return .failure(error)
        }
    }

    /// Most lines in a second about breakers; the others are counted.
    private static let breakerLinesMax = 20

    /// What `GET /status` tells of, and a line in the log for each change.
    private func registerParts() {
        readiness.watch { [server] in server.longestTurnNanoseconds }
        let queueingNames = queueing.map(\.name)
        ServiceParts.register(
            on: status, server: server, listeners: httpAddresses,
            doors: (commandFIFO.map { ["fifo:\($0)"] } ?? []) + doors.addresses, store: store,
            queueing: queueing,
            others: interface.transportNames.filter { !queueingNames.contains($0) })
        status.add(ServiceParts.look(at: scripts))
        status.add { [weak self] in
            guard let fault = self?.reloadFault.withLock({ $0 }) else { return [.ok("settings")] }
            let first = fault.split(separator: "\n").first.map(String.init) ?? ""
            return [.degraded("settings", "They are as they were before the last reload: \(first)")]
        }
        status.add { [logSwitch] in
            let counters = logSwitch.writer.counters
            let isRecent = counters.lastDropped.map { Clock.boot() - $0 < 60_000_000_000 } ?? false
            guard isRecent else { return [.ok("log")] }
            return [
                .degraded(
                    "log",
                    "\(counters.dropped) lines were lost so far, the last a moment ago: nobody takes them."
                )
            ]
        }
        let budget = LineBudget(linesMax: Self.breakerLinesMax)
        interface.onBreaker { [log] change, transport in
            let name = "BREAKER(\(LogText.escaped(change.destination)))"
            budget.spend(at: Clock.now()) { kept in
                let more = kept > 0 ? " unlogged=\(kept)" : ""
                switch change.state {
                case .open(let reason, let words, let milliseconds):
                    log.warning(
                        "\(name): open transport=\(transport) reason=\(reason.rawValue) error=\(LogText.value(words ?? "-")) retry_ms=\(milliseconds)\(more)"
                    )
                case .closed: log.notice("\(name): closed transport=\(transport)\(more)")
                }
            }
        }
        status.listen { [log] part in
            let reason = part.condition.reason.map { " reason=\(LogText.value($0))" } ?? ""
            log.log(
                level: part.condition.state == .ok ? .notice : .warning,
                "PART(\(part.condition.name)): \(part.condition.state.rawValue)\(reason)")
        }
    }

    /// What `ps` lists.
    private var processTypes: [String] {
        let workers = (0..<server.counters.workers).map { "HTTP worker \($0)" }
        return ["attendant"] + workers
            + (commandFIFO.map { ["MI FIFO \($0)"] } ?? [])
            + doors.addresses.map { "MI Datagram " + $0 } + ["script", "store"]
    }

    /// Nothing listens beyond loopback without authentication.
    static func check(
        _ addresses: [ListenAddress], _ settings: Settings
    ) throws(StartError) {
        if settings.insecure || settings.asksForCredentials { return }
        for address in addresses where !ListenSetting.isLocal(address) {
            throw StartError(
                "--listen \(address) can be reached from other machines and nobody has to say who they are: "
                    + "add --tokens or --basic-user, listen on 127.0.0.1 or a UNIX socket, or add --insecure if a firewall or proxy protects it."
            )
        }
    }

    /// What the settings say about requests.
    static func rules(_ settings: Settings, addresses: [ListenAddress]) -> LiveRules.Rules {
        LiveRules.Rules(
            browsers: BrowserPolicy(
                hosts: hosts(addresses) + settings.allowedHosts.map { $0.lowercased() },
                takesAddresses: addresses.contains {
                    ListenSetting.address($0)?.isUnspecified ?? false
                },
                origins: settings.allowedOrigins),
            dynamicEvents: settings.dynamicEvents)
    }

    /// The names by which requests may call us: those of the listeners, and the loopback's.
    private static func hosts(_ addresses: [ListenAddress]) -> [String] {
        var names = ["localhost", "127.0.0.1", "[::1]"]
        for case .tcp(let host, _) in addresses {
            names.append(host.contains(":") ? "[\(host)]" : host.lowercased())
        }
        return names
    }

    /// Lets other users open the UNIX sockets as far as they could do anything there.
    func openUnixSockets() throws(StartError) {
        do throws(SystemError) {
            try server.setUnixSocketAccess(authenticator.takesOtherUsers ? .everybody : .owner)
            try doors.setUnixSocketAccess(authenticator.namesOtherUsers ? .everybody : .owner)
        } catch {
            throw StartError("A UNIX socket cannot be opened to others: \(error)")
        }
    }

    private static func server(
        _ settings: Settings, handler: HTTPSurface
    ) throws(StartError) -> HTTPServer {
        do throws(SystemError) {
            return try HTTPServer(configuration: settings.httpConfiguration, handler: handler)
        } catch {
            throw StartError("The HTTP server cannot be made: \(error)")
        }
    }

    private static func bind(
        _ server: HTTPServer, to addresses: [ListenAddress]
    ) throws(StartError) -> [ListenAddress] {
        var bound: [ListenAddress] = []
        for address in addresses {
            do throws(SystemError) {
                bound.append(try server.listen(on: address))
            } catch {
                throw StartError("Cannot listen on \(address): \(error)")
            }
        }
        return bound
    }

    private static func restore(
        from store: SubscriptionStore, into interface: EventInterface, log: Logger
    ) throws(StartError) {
        let now = Clock.now()
        var unusable = 0
        do throws(StoreError) {
            interface.restore(expecting: try store.storedSubscriptions())
            let summary = try store.load(
                now: now.wall, event: { interface.restore(event: $0) },
                key: { interface.restore($0, at: now) }
            ) {
                do throws(SocketError) {
                    _ = try interface.restore($0, at: now)
                } catch {
                    unusable += 1
                    log.warning("SUBSCRIPTION(\($0.id)): kept, not restored: \(error.message)")
                }
            }
            interface.restore(nextID: summary.nextID)
            log.notice(
                "STORE(\(store.path)): restored subscriptions=\(summary.subscriptions - unusable) events=\(summary.events) expired=\(summary.expired) unusable=\(unusable)"
            )
        } catch {
            throw StartError(error.message)
        }
    }
}
