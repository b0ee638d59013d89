import EventCore
import TestSupport
import Testing

@Suite struct CommandErrorTests {
    private func subscribe(
        _ event: String = "E_PIKE_BLOCKED", _ socket: String = "manual:1", format: String? = nil,
        expire: ExpireRequest = .default, creates: Bool = true
    ) -> Command {
        .subscribe(
            SubscribeCommand(
                event: event, socket: socket, format: format, expire: expire, createsEvent: creates)
        )
    }

    private func raise(_ event: String, _ params: Params = .none, creates: Bool = true) -> Command {
        .raise(RaiseCommand(event: event, params: params, createsEvent: creates))
    }

    private func expect(
        _ command: Command, _ code: CommandError.Code, at parameter: String?,
        _ fault: CommandError.Fault? = nil, on bench: Bench = Bench(),
        _ location: SourceLocation = #_sourceLocation
    ) {
        let error = bench.error(of: command)
        #expect(error?.code == code, sourceLocation: location)
        #expect(error?.parameter == parameter, sourceLocation: location)
        #expect(error?.fault == fault, sourceLocation: location)
        #expect(error?.message.isEmpty == false, sourceLocation: location)
    }

    @Test(
        "a name that breaks the rule is invalid_event",
        arguments: [
            "", "9E", "_E", "E X", "E/X", "É", "E\u{0}", String(repeating: "E", count: 65),
        ])
    func invalidEvent(name: String) {
        expect(subscribe(name), .invalidEvent, at: "event", .badFormat)
        expect(raise(name), .invalidEvent, at: "event", .badFormat)
        expect(.publish(PublishCommand(event: name)), .invalidEvent, at: "event", .badFormat)
    }

    @Test("a socket that is none, or never receives, is invalid_socket, with the reason")
    func invalidSocket() {
        expect(subscribe("E_X", "nothing"), .invalidSocket, at: "socket", .badFormat)
        expect(subscribe("E_X", "smoke:1"), .invalidSocket, at: "socket", .unknownScheme)
        expect(subscribe("E_X", "manual:1#size=2"), .invalidSocket, at: "socket", .badOption)
        expect(subscribe("E_X", "manual:13"), .invalidSocket, at: "socket", .unusableAddress)
        let list = Command.listSubscribers(ListSubscribersCommand(socket: "smoke:1", limit: 1))
        expect(list, .invalidSocket, at: "socket", .unknownScheme)
    }

    @Test("the error of an unknown scheme lists those that exist")
    func knownSchemes() {
        let error = Bench().error(of: subscribe("E_X", "smoke:1"))
        #expect(error?.message.contains("manual, other") == true)
    }

    @Test("a format beside the socket that contradicts the one in it is refused; the same is not")
    func formatTwice() throws {
        expect(
            subscribe("E_X", "manual:1#format=2", format: "3"), .invalidSocket, at: "socket",
            .badOption)
        let bench = Bench()
        let view = try bench.subscribe("manual:1#format=2", format: "2")
        #expect(view.socket == "manual:1#tag=2")
        #expect(try bench.subscribe("manual:1", format: "3").socket == "manual:1#tag=3")
    }

    @Test("an address that the policy refuses is target_forbidden")
    func targetForbidden() {
        expect(subscribe("E_X", "manual:99"), .targetForbidden, at: "socket")
    }

    @Test("a lifetime out of range is invalid_expire")
    func invalidExpire() {
        for seconds: Int64 in [-1, .min, 31_536_001, .max] {
            expect(
                subscribe(expire: .seconds(seconds)), .invalidExpire, at: "expire", .outOfRange)
        }
        expect(
            .renew(RenewCommand(id: 1, expire: .seconds(0))), .invalidExpire, at: "expire",
            .outOfRange)
    }

    @Test("what no occurrence can carry is invalid_params")
    func invalidParams() {
        let many = Params(values: Array(repeating: .integer(1), count: 257))
        expect(raise("E_X", many), .invalidParams, at: "params", .tooLong)
        for name in ["", "a\nb", "a\u{7F}", String(repeating: "ä", count: 65)] {
            let params = Params(named: [(name, .integer(1))])
            expect(raise("E_X", params), .invalidParams, at: "params", .badFormat)
        }
    }

    @Test("an argument of the wrong type is invalid_parameter")
    func invalidParameter() {
        let error = #expect(throws: CommandError.self) {
            _ = try Commands.row(named: "evi:raise")?.command([.integer(5), nil])
        }
        #expect(error?.code == .invalidParameter && error?.parameter == "event")
        #expect(error?.fault == .wrongType)
    }

    @Test("an event that a surface may not create is event_not_found")
    func eventNotFound() {
        expect(subscribe("E_NONE", creates: false), .eventNotFound, at: "event")
        expect(
            subscribe("E_NONE", expire: .seconds(0), creates: false), .eventNotFound, at: "event")
        expect(raise("E_NONE", creates: false), .eventNotFound, at: "event")
        expect(.showEvent(ShowEventCommand(event: "E_NONE")), .eventNotFound, at: "event")
        let list = ListSubscribersCommand(event: "E_NONE", limit: 1, requiresEvent: true)
        expect(.listSubscribers(list), .eventNotFound, at: "event")
    }

    @Test("Carillon's own names are event_reserved to raise and to create, not to subscribe to")
    func eventReserved() throws {
        for name in ["E_CORE_THRESHOLD", "E_CORE_NEW", "E_EVI_NEW"] {
            expect(raise(name), .eventReserved, at: "event")
        }
        expect(subscribe("E_EVI_NEW"), .eventReserved, at: "event")
        expect(.publish(PublishCommand(event: "E_CORE_NEW")), .eventReserved, at: "event")
        #expect(
            try Bench().subscribe("manual:1", to: "E_CORE_THRESHOLD").event == "E_CORE_THRESHOLD")
        #expect(try Bench().raise("E_CORELESS").matched == 0)
    }

    @Test("an id that nobody has is subscription_not_found")
    func subscriptionNotFound() throws {
        for command: Command in [
            .showSubscription(ShowSubscriptionCommand(id: 7)),
            .unsubscribe(UnsubscribeCommand(id: 7)),
            .renew(RenewCommand(id: 0, expire: .default)),
        ] {
            expect(command, .subscriptionNotFound, at: "id")
        }
    }

    @Test("a command that nobody has is command_not_found")
    func commandNotFound() {
        expect(.help(HelpCommand(name: "evi:dance")), .commandNotFound, at: "mi_cmd")
    }

    @Test("one event too many is too_many_events, by subscribe, raise and publish")
    func tooManyEvents() {
        let bench = Bench { $0.eventsMax = OpenSIPSEvents.catalogue.count }
        expect(subscribe("E_NEW"), .tooManyEvents, at: "event", on: bench)
        expect(raise("E_NEW"), .tooManyEvents, at: "event", on: bench)
        expect(.publish(PublishCommand(event: "E_NEW")), .tooManyEvents, at: "event", on: bench)
    }

    @Test("one subscription too many is too_many_subscriptions; a renewal is none")
    func tooManySubscriptions() throws {
        let bench = Bench { $0.subscriptionsMax = 1 }
        try bench.subscribe("manual:1")
        expect(subscribe("E_PIKE_BLOCKED", "manual:2"), .tooManySubscriptions, at: nil, on: bench)
        #expect(try bench.subscribe("manual:1", expire: .seconds(5)).expire == 5)
    }

    @Test("a full disk is insufficient_storage, any other fault of the store store_unavailable")
    func journalErrors() throws {
        for (fault, code): (JournalError, CommandError.Code) in [
            (.full, .insufficientStorage), (.unavailable("I/O error"), .storeUnavailable),
        ] {
            let bench = Bench(journal: ManualJournal())
            let ticket = try bench.runner.start(subscribe())
            #expect(bench.runner.answer(to: ticket) == nil)
            bench.journal?.fail(fault)
            guard case .failure(let error) = bench.runner.answer(to: ticket) else {
                Issue.record("no failure")
                return
            }
            #expect(error.code == code)
        }
    }

    @Test("a message repeats at most 64 characters of what a stranger sent")
    func longNames() {
        let name = "E" + String(repeating: "\u{301}", count: 10_000)
        let error = Bench().error(of: .showEvent(ShowEventCommand(event: name)))
        #expect((error?.message.unicodeScalars.count ?? .max) < 120)
        #expect(Bench().error(of: .help(HelpCommand(name: name)))?.message.utf8.count ?? 999 < 240)
    }

    @Test("codes and faults are stable words")
    func words() {
        for word in CommandError.Code.allCases.map(\.rawValue)
            + CommandError.Fault.allCases.map(\.rawValue)
        {
            #expect(word.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) })
        }
    }
}
