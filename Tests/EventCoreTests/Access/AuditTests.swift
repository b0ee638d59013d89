import EventCore
import Synchronization
import TestSupport
import Testing

@Suite("What the audit is told")
struct AuditTests {
    private let records: Records
    private let interface: EventInterface
    private let runner: CommandRunner
    private let journal = ManualJournal()

    private final class Records: Sendable {
        let all = Lock<[AuditRecord]>([])
        var lines: [String] {
            all.withLock { records in
                records.map { record in
                    let name = record.caller.identity.name ?? "-"
                    switch record.result {
                    case .success: return "\(name) \(record.caller.origin) ok"
                    case .failure(let error): return "\(name) \(record.caller.origin) \(error.code)"
                    }
                }
            }
        }
    }

    init() {
        let records = Records()
        let clock = ManualClock()
        self.records = records
        interface = EventInterface(
            transports: [ManualTransport()], journal: journal,
            audit: { record in records.all.withLock { $0.append(record) } }, clock: { clock.now })
        runner = CommandRunner(interface, clock)
    }

    private func subscribing(_ socket: String) -> Command {
        .subscribe(SubscribeCommand(event: "E_A", socket: socket, createsEvent: true))
    }

    @Test("a change is told of when it is durable, once, with who and where from")
    func durable() throws {
        let caller = Caller(Identity(name: "ops", grants: [Grant(.admin)]), from: "there")
        _ = try runner.start(subscribing("manual:1"), by: caller)
        #expect(records.lines == [])
        journal.commit()
        #expect(records.lines == ["ops there ok"])
    }

    @Test("a change that failed is told of with its code, at once or when the disk refused it")
    func failed() throws {
        #expect(throws: CommandError.self) { try runner.start(subscribing("gopher://x/")) }
        _ = try runner.start(subscribing("manual:1"))
        journal.fail(.full)
        #expect(records.lines == ["- test invalidSocket", "- test insufficientStorage"])
    }

    @Test("reading and raising are not told of, unless the caller may not")
    func quiet() throws {
        _ = try runner.start(.listEvents(ListEventsCommand(limit: 1)))
        _ = try runner.start(
            .raise(RaiseCommand(event: "E_PIKE_BLOCKED", params: .none, createsEvent: false)))
        #expect(records.lines == [])
        let caller = Caller(Identity(name: "board", grants: [Grant(.read)]), from: "there")
        #expect(throws: CommandError.self) {
            try runner.start(
                .raise(RaiseCommand(event: "E_PIKE_BLOCKED", params: .none, createsEvent: false)),
                by: caller)
        }
        #expect(records.lines == ["board there forbidden"])
    }
}
