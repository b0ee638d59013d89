import EventCore
import Synchronization
import TestSupport
import Testing

@Suite("Commands about the service")
struct ServiceCommandTests {
    private final class Service: ServiceControl {
        let level = Lock(LogLevel.notice)
        let ends = Lock(0)

        var processes: [ProcessView] { [ProcessView(id: 0, pid: 7, type: "attendant")] }
        var logLevel: LogLevel {
            get { level.withLock { $0 } }
            set { level.withLock { $0 = newValue } }
        }

        func terminate() {
            ends.withLock { $0 += 1 }
        }

        func rotate(file: String) -> Bool { file == "cdr" }

        let reloads = Lock<[Result<ReloadView, ReloadFailure>]>([])

        func reload(_ done: @escaping @Sendable (Result<ReloadView, ReloadFailure>) -> Void) {
            done(reloads.withLock { $0.removeFirst() })
        }
    }

    private let bench = Bench()
    private let service = Service()

    /// Runs a command for an admin with a name.
    private func runByName(_ command: Command) throws -> CommandOutcome {
        let admin = Caller(Identity(name: "ops", grants: [Grant(.admin)]), from: "test")
        return try Commands.run(command, by: admin, on: bench.interface, at: bench.clock.now) {
            { _ in }
        }
    }

    @Test("without a service around the core they are refused")
    func noService() {
        for command in [
            Command.processes, .logLevel(LogLevelCommand()), .kill, .reload,
            .rotate(RotateCommand(file: "cdr")),
        ] {
            let error = #expect(throws: CommandError.self) { _ = try runByName(command) }
            #expect(error?.code == .serviceUnavailable)
        }
    }

    @Test("reload answers what waits for a restart, or all that is wrong")
    func reload() throws {
        bench.interface.attach(service: service)
        let view = ReloadView(applied: ["script"], needsRestart: ["listen"])
        service.reloads.withLock {
            $0 = [.success(view), .failure(ReloadFailure("a.cfg:1:2: no"))]
        }
        guard case .reloaded(let answered) = try bench.runner.run(.reload) else {
            return missed(".reloaded")
        }
        #expect(answered == view)
        let error = bench.error(of: .reload)
        #expect(error?.code == .reloadFailed && error?.message == "a.cfg:1:2: no")
    }

    @Test("without a script its routes are refused")
    func noScript() {
        for command in [Command.listRoutes, .runRoute(RunRouteCommand(name: "a"))] {
            #expect(bench.error(of: command)?.code == .serviceUnavailable)
        }
    }

    @Test("ps and log_level show what the service says")
    func show() throws {
        bench.interface.attach(service: service)
        guard case .processes(let processes) = try bench.runner.run(.processes),
            case .logLevel(let level, let same) = try bench.runner.run(.logLevel(LogLevelCommand()))
        else {
            Issue.record("another reply")
            return
        }
        #expect(processes == service.processes && same == processes && level == .notice)
    }

    @Test("rotate asks for a file; one that cannot be is invalid_parameter")
    func rotate() throws {
        bench.interface.attach(service: service)
        guard case .done(.rotating) = try runByName(.rotate(RotateCommand(file: "cdr"))) else {
            return missed("OK")
        }
        let error = #expect(throws: CommandError.self) {
            _ = try runByName(.rotate(RotateCommand(file: "../x")))
        }
        #expect(error?.code == .invalidParameter && error?.parameter == "path_to_file")
    }

    @Test(
        "log_level sets a level, beyond the ends the end; there is no level 0",
        arguments: [
            (Int64(4), LogLevel.debug), (-3, .alert), (1, .warning), (9, .debug), (-9, .alert),
            (.max, .debug), (.min, .alert),
        ])
    func setLevel(number: Int64, level: LogLevel) throws {
        bench.interface.attach(service: service)
        guard
            case .logLevelSet(let set) = try bench.runner.run(
                .logLevel(LogLevelCommand(level: number)))
        else {
            Issue.record("another reply")
            return
        }
        #expect(set == level && service.logLevel == level)
        let error = #expect(throws: CommandError.self) {
            _ = try bench.runner.run(.logLevel(LogLevelCommand(level: 0)))
        }
        #expect(error?.code == .invalidParameter && service.logLevel == level)
    }

    @Test(
        "log_level takes a number or a text that is one",
        arguments: [
            (Argument.integer(-1), Int64(-1)), (.text("-1"), -1), (.text("4"), 4),
        ])
    func levelArgument(argument: Argument, level: Int64) throws {
        guard
            case .logLevel(let command) = try Commands.row(named: "log_level")?.command([argument])
        else {
            Issue.record("another command")
            return
        }
        #expect(command.level == level)
        for bad in [Argument.text("high"), .text(""), .other, .text("1.5")] {
            #expect(throws: CommandError.self) {
                _ = try Commands.row(named: "log_level")?.command([bad])
            }
        }
    }

    @Test("kill asks the service to end, once for each call")
    func kill() throws {
        bench.interface.attach(service: service)
        guard case .done(.terminating) = try runByName(.kill) else {
            Issue.record("another reply")
            return
        }
        #expect(service.ends.withLock { $0 } == 1)
    }

    @Test("which says how a command can be called")
    func parameterSets() throws {
        func sets(_ name: String) throws -> [[String]] {
            guard
                case .parameterSets(let sets) = try bench.runner.run(
                    .which(WhichCommand(name: name)))
            else { return [] }
            return sets
        }
        #expect(
            try sets("event_subscribe") == [["event", "socket"], ["event", "socket", "expire"]])
        #expect(try sets("which") == [[], ["command"]])
        #expect(throws: CommandError.self) { _ = try sets("nope") }
    }

    @Test("list_statistics says which statistics only grow")
    func kinds() throws {
        guard
            case .statisticKinds(let all) = try bench.runner.run(
                .listStatistics(StatisticsCommand(names: ["evi:"])))
        else {
            Issue.record("another reply")
            return
        }
        let gauges = all.filter { $0.kind == .gauge }.map(\.name)
        #expect(gauges == ["events", "subscriptions", "pending"])
        #expect(all.contains { $0.name == "raised" && $0.kind.rawValue == "incremental" })
    }
}

@Suite("Roles of the commands of the table")
struct TableRoleTests {
    @Test("a row says the role that its command takes")
    func rows() throws {
        for row in Commands.table {
            let arguments: [Argument?] = row.parameters.prefix { $0.isRequired }.map {
                switch $0.kind {
                case .text, .integer: .text("1")
                case .texts: .texts([])
                case .params: .params(.none)
                }
            }
            #expect(try row.command(arguments).role == row.role, "\(row.name)")
        }
        #expect(Command.logLevel(LogLevelCommand(level: 4)).role == .admin)
    }

    @Test("kill takes an admin with a name; to set the log level takes an admin")
    func admins() {
        let bench = Bench()
        func isRefused(_ command: Command, _ identity: Identity) -> Bool {
            do {
                _ = try Commands.run(
                    command, by: Caller(identity, from: "test"), on: bench.interface,
                    at: bench.clock.now
                ) { { _ in } }
                return false
            } catch {
                return error.code == .forbidden
            }
        }
        let admin = Identity(name: "ops", grants: [Grant(.admin)])
        let reader = Identity(name: "board", grants: [Grant(.read)])
        let set = Command.logLevel(LogLevelCommand(level: 4))
        for (command, identity, expected) in [
            (Command.kill, Identity.anonymous, true), (.kill, reader, true), (.kill, admin, false),
            (set, .anonymous, false), (set, reader, true), (set, admin, false),
            (.logLevel(LogLevelCommand()), reader, false), (.processes, reader, false),
            (.processes, .nobody, true),
        ] {
            #expect(isRefused(command, identity) == expected, "\(command) \(identity)")
        }
    }
}
