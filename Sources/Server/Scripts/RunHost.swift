internal import EventCore
internal import RouteScript

/// What a run of a script sees of the service, for one slice: every effect of its own is a command, given by the
/// caller `script`, who may do everything. On the script's queue.
final class RunHost: ScriptHost {
    /// What stays the same from run to run.
    struct World: Sendable {
        let interface: EventInterface
        let memory: ScriptMemory
        let log: ScriptLog
        let environment: [String: String]
        let clock: @Sendable () -> Moment
    }

    /// What is told to who asked for the run; nil where nobody did.
    private(set) var report: RouteRunView?

    private let world: World
    private let caller: Caller
    private let hold: () -> CommandContinuation
    private var generator = SystemRandomNumberGenerator()

    /// `trace` is that of what the run is about: what it raises passes it on. `hold` is asked where a raise outran the
    /// transports: the run is to go on once what it returns was called.
    init(
        _ world: World, trace: Trace?, report: RouteRunView?,
        hold: @escaping () -> CommandContinuation
    ) {
        self.world = world
        var caller = Self.caller
        caller.trace = trace
        self.caller = caller
        self.report = report
        self.hold = hold
    }

    /// Who gives a script's commands.
    static let caller = Caller(Identity(name: "script", grants: [Grant(.admin)]), from: "script")

    func raise(_ event: String, _ params: Params, depth: Int) -> Int64 {
        var command = RaiseCommand(event: event, params: params, createsEvent: true)
        command.depth = depth
        do throws(CommandError) {
            let outcome = try run(.raise(command), hold)
            if case .done(.raised(let receipt)) = outcome { note(receipt) }
            return 1
        } catch {
            return failed("raise_event", event, error)
        }
    }

    func subscribe(_ event: String, _ socket: String, expire: Int64?) -> Int64 {
        // OpenSIPS: 0 is no end either.
        let lifetime = expire.flatMap { $0 == 0 ? nil : ExpireRequest.seconds($0) } ?? .never
        var command = SubscribeCommand(
            event: event, socket: socket, expire: lifetime, createsEvent: true)
        command.isVolatile = true
        do throws(CommandError) {
            let log = world.log
            let outcome = try run(.subscribe(command)) {
                { result in
                    // Only where a client keeps the same subscription does the journal have a say.
                    if case .failure(let error) = result { log.write(.error, error.message) }
                }
            }
            if case .done(.subscribed(let view, _)) = outcome { note(view) }
            return 1
        } catch {
            return failed("subscribe_event", event, error)
        }
    }

    func log(_ level: ScriptLogLevel, _ text: [UInt8]) {
        var text = text[...]
        while let last = text.last, last == 0x0A || last == 0x0D { text.removeLast() }
        let line = String(decoding: text, as: UTF8.self)
        if let count = report?.lines.count, count < RouteRunView.linesMax {
            report?.lines.append(.init(level: "\(level)", text: line))
        }
        world.log.write(level, line)
    }

    func statistic(_ name: String) -> Int64? {
        world.memory.statistic(name) ?? ownStatistic(name)
    }

    func updateStatistic(_ name: String, by amount: Int64) -> Bool {
        if world.memory.add(amount, to: name) { return true }
        return ownStatistic(name) == nil && world.memory.make(name, value: amount)
    }

    func resetStatistic(_ name: String) -> Bool { world.memory.reset(name) }

    func sharedVariable(_ name: String) -> ScriptValue { world.memory.shared(name) }

    func setSharedVariable(_ name: String, _ value: ScriptValue) {
        if !world.memory.setShared(name, value) {
            log(.error, Array("$shv(\(name)): there are too many shared variables".utf8))
        }
    }

    func environment(_ name: String) -> [UInt8]? {
        world.environment[name].map { Array($0.utf8) }
    }

    func random() -> UInt64 { generator.next() }
}

extension RunHost {
    func cacheStore(
        _ cache: String, _ key: [UInt8], _ value: ScriptValue, expire: Int64?, now: Moment
    ) -> Bool {
        world.memory.withCache { $0.store(cache, key, value, expire: expire, now: now) }
    }

    func cacheFetch(_ cache: String, _ key: [UInt8], now: Moment) -> ScriptValue? {
        world.memory.withCache { $0.fetch(cache, key, now: now) }
    }

    func cacheRemove(_ cache: String, _ key: [UInt8], now: Moment) -> Bool {
        world.memory.withCache { $0.remove(cache, key, now: now) }
    }
}

extension RunHost {
    private func run(
        _ command: Command, _ continuation: () -> CommandContinuation
    ) throws(CommandError) -> CommandOutcome {
        try Commands.run(
            command, by: caller, on: world.interface, at: world.clock(),
            continuation: continuation)
    }

    private func failed(_ function: String, _ event: String, _ error: CommandError) -> Int64 {
        log(.error, Array("\(function)(\(event)): \(error.message)".utf8))
        return -1
    }

    private func note(_ receipt: RaiseReceipt) {
        guard let count = report?.raised.count, count < RouteRunView.linesMax else { return }
        report?.raised.append(receipt)
    }

    private func note(_ view: SubscriptionView) {
        guard let count = report?.subscribed.count, count < RouteRunView.linesMax else { return }
        report?.subscribed.append(
            .init(event: view.event, socket: view.socket, expire: view.expire))
    }

    /// One of the service itself.
    private func ownStatistic(_ name: String) -> Int64? {
        let command = Command.statistics(StatisticsCommand(names: [name]))
        do throws(CommandError) {
            guard case .done(.statistics(let found)) = try run(command, { { _ in } }) else {
                return nil
            }
            return found.first?.value
        } catch {
            return nil
        }
    }
}
