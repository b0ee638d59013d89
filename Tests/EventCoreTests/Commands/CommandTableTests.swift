import EventCore
import TestSupport
import Testing

@Suite struct CommandTableTests {
    @Test("the table has the commands of the management interface, in the order of `which`")
    func names() {
        #expect(
            Commands.table.map(\.name) == [
                "evi:subscribe", "evi:list", "evi:subscribers", "evi:raise", "core:which",
                "core:help", "statistics:get", "statistics:list", "core:version", "core:uptime",
                "core:ps", "core:log_level", "core:reload", "core:kill", "event_flatstore:rotate",
            ])
    }

    @Test("every name and alias leads to its row, exactly spelt")
    func aliases() {
        for row in Commands.table {
            for name in [row.name] + row.aliases {
                #expect(Commands.row(named: name)?.name == row.name)
            }
            #expect(!row.help.isEmpty && !row.module.isEmpty)
        }
        let names = Commands.table.flatMap { [$0.name] + $0.aliases }
        #expect(Set(names).count == names.count)
        for name in [
            "event_subscribe", "events_list", "subscribers_list", "raise_event", "which", "help",
            "get_statistics", "list_statistics", "version", "uptime", "ps", "log_level", "kill",
            "evi_flat_rotate",
        ] {
            #expect(Commands.row(named: name) != nil, "OpenSIPS's old name \(name)")
        }
        #expect(Commands.row(named: "EVI:subscribe") == nil)
        #expect(Commands.row(named: "") == nil)
    }

    @Test("optional parameters come last, so that positions are unambiguous")
    func optionalLast() {
        for row in Commands.table {
            let required = row.parameters.map(\.isRequired)
            #expect(required == required.sorted { $0 && !$1 }, "\(row.name)")
        }
    }

    private func command(_ name: String, _ arguments: Argument?...) throws -> Command? {
        try Commands.row(named: name)?.command(arguments)
    }

    @Test("evi:subscribe takes event, socket and expire; MI never creates events")
    func subscribe() throws {
        guard
            case .subscribe(let plain) = try command(
                "evi:subscribe", .text("E_X"), .text("manual:1"))
        else {
            Issue.record("no subscribe")
            return
        }
        #expect(plain.event == "E_X" && plain.socket == "manual:1" && plain.format == nil)
        #expect(plain.expire == .default && !plain.createsEvent)
    }

    @Test(
        "expire is an integer or decimal digits",
        arguments: [
            (Argument.integer(20), ExpireRequest.seconds(20)), (.text("20"), .seconds(20)),
            (.integer(-1), .seconds(-1)), (.text("0"), .seconds(0)),
            (.text("99999999999999999999"), .seconds(.max)),
        ])
    func expire(argument: Argument, expected: ExpireRequest) throws {
        guard
            case .subscribe(let command) = try command(
                "evi:subscribe", .text("E"), .text("s:1"), argument)
        else {
            Issue.record("no subscribe")
            return
        }
        #expect(command.expire == expected)
    }

    @Test(
        "expire of another type is refused in OpenSIPS's words",
        arguments: [
            Argument.text("abc"), .text(""), .text("-5"), .text("1.5"), .text(" 5"), .other,
            .texts(["5"]),
        ])
    func badExpire(argument: Argument) {
        let error = #expect(throws: CommandError.self) {
            _ = try command("evi:subscribe", .text("E"), .text("s:1"), argument)
        }
        #expect(error?.message == "Bad type for parameter 'expire'")
    }

    @Test("an empty or missing event or socket is refused")
    func emptyTexts() {
        for arguments: [Argument?] in [
            [.text(""), .text("s:1")], [.text("E"), .text("")], [nil, .text("s:1")], [.text("E")],
            [],
        ] {
            #expect(throws: CommandError.self) {
                _ = try Commands.row(named: "evi:subscribe")?.command(arguments)
            }
        }
    }

    @Test("evi:raise takes an event and params; evi:subscribers up to two texts")
    func others() throws {
        let params = Params(named: [("ip", .string("::1"))])
        guard case .raise(let raise) = try command("raise_event", .text("E_X"), .params(params)),
            case .raise(let bare) = try command("raise_event", .text("E_X")),
            case .listSubscribers(let list) = try command(
                "subscribers_list", .text("E_X"), .text("s:1")),
            case .statistics(let statistics) = try command("get_statistics", .text("evi:")),
            case .help(let help) = try command("help", .text("which"))
        else {
            Issue.record("another command")
            return
        }
        #expect(raise.params == params && !raise.createsEvent)
        #expect(bare.params == .none)
        #expect(list.event == "E_X" && list.socket == "s:1" && list.requiresEvent)
        #expect(statistics.names == ["evi:"] && help.name == "which")
        #expect(throws: CommandError.self) {
            _ = try command("raise_event", .text("E_X"), .text("{}"))
        }
        #expect(throws: CommandError.self) { _ = try command("get_statistics", .integer(1)) }
    }

    @Test("which, help, version and uptime answer")
    func inspect() throws {
        let bench = Bench()
        guard case .commands(let names) = try bench.runner.run(.which(WhichCommand())) else {
            return missed("which")
        }
        #expect(names.prefix(2) == ["evi:subscribe", "evi:list"])
        #expect(names.filter { $0 == "event_subscribe" || $0 == "kill" }.count == 2)
        #expect(names.allSatisfy { Commands.row(named: $0) != nil })
        guard case .command(let row) = try bench.runner.run(.help(HelpCommand(name: "raise_event")))
        else {
            return missed("help")
        }
        #expect(row.name == "evi:raise" && row.module == "evi")
        guard case .version(let version) = try bench.runner.run(.version) else {
            return missed("version")
        }
        #expect(version == "test 1")
        bench.clock.advance(nanoseconds: 90_999_999_999)
        guard case .uptime(_, let now, let seconds) = try bench.runner.run(.uptime) else {
            return missed("uptime")
        }
        #expect(seconds == 90 && now == bench.clock.now.wall)
    }
}
