import EventCore
import Foundation
import TestSupport
import Testing
import WireFormats

@testable import Transports

/// One transport as the conformance suite sees it: a row a transport. What differs between transports is here;
/// what must not differ is in `TransportConformanceTests`.
struct TransportRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Makes the transport.
    let make: @Sendable () throws -> any Transport
    /// Sockets in their canonical text.
    let canonical: [String]
    /// Pairs that are one subscriber: same address, other options or spelling.
    let same: [(String, String)]
    /// Pairs that are two.
    let different: [(String, String)]
    /// Sockets of its schemes that are none.
    let refused: [String]
    /// A socket whose deliveries stay pending until the transport is stopped; nil where nothing ever waits.
    let pending: String?
    /// A receiver: its socket, and a function that waits for the next payload.
    let receiver: @Sendable () throws -> (socket: String, receive: () -> String?)
    /// A socket on which nobody listens, kept so by the object; nil where somebody always does.
    let absent: (@Sendable () throws -> (socket: String, keeper: AnyObject))?
    /// How a delivery to it ends.
    let absentOutcome: Outcome
    /// What the receiver gets for the occurrences of `delivery`, in order; OpenSIPS 4's text almost everywhere.
    var payloads = [
        #"{"jsonrpc":"2.0","method":"E_ONE","params":{"ip":"127.0.0.1","text":"it's \"q\"\n\#u{E9}"}}"#,
        #"{"jsonrpc":"2.0","method":"E_TWO","params":[0,-5]}"#,
        #"{"jsonrpc":"2.0","method":"E_THREE"}"#,
    ]

    static let rows =
        [
            datagramUDP, datagramUnix, http, tcp, jsonrpc, xmlrpc, flatstore, rabbitmq, example,
        ] + virtual

    static let datagramUDP = TransportRow(
        testDescription: "datagram: udp",
        make: {
            let servers = NameServers()
            servers.hang("silent")
            return try DatagramTransport(
                policy: TargetPolicy(),
                resolver: Resolver(clock: { Moment(boot: 0, wall: 0) }, lookup: servers.look))
        },
        canonical: ["udp:127.0.0.1:5000", "udp:[::1]:5000#format=lines", "udp:Example.org:5000"],
        same: [
            ("udp:127.0.0.1:5000", "udp:127.0.0.1:5000#format=lines"), ("udp:h:5", "udp:H:5"),
            ("udp:[::1]:5", "udp:[0::1]:5"),
        ],
        different: [
            ("udp:127.0.0.1:5000", "udp:127.0.0.10:5000"),
            ("udp:127.0.0.1:5000", "udp:127.0.0.1:500"),
            ("udp:localhost:5", "udp:127.0.0.1:5"), ("udp:h:5", "udp:h2:5"),
        ],
        refused: [
            "udp:h", "udp:h:0", "udp:h:65536", "udp:h:-1", "udp:h:+5", "udp:h:5a", "udp:h: 5",
            "udp:::1:5",
            "udp:0x7f.1:5", "udp:017700000001:5", "udp:2130706433:5", "udp:127.1:5",
            "udp:255.255.255.255:5",
            "udp:224.0.0.1:5", "udp:[ff02::1]:5", "udp:0.0.0.0:5", "udp:h:5#x",
            "udp:h:5#format=xml", "udp:h:5#method=m",
        ],
        pending: "udp:silent:5",
        receiver: {
            let receiver = DatagramReceiver()
            return (receiver.socketText, { receiver.receive() })
        },
        absent: {
            let dead = DeadPort()
            return ("udp:127.0.0.1:\(dead.port)", dead)
        },
        absentOutcome: .failed(.refused))

    static let datagramUnix = TransportRow(
        testDescription: "datagram: unix",
        make: { try DatagramTransport.forTests() },
        canonical: ["unix:/run/a.sock", "unix:@name", "unix:/a#format=lines"],
        same: [("unix:/a", "/a"), ("unix:/a", "unix:/a#format=lines")],
        different: [("unix:/a", "unix:/ab"), ("unix:/a", "unix:@/a"), ("unix:/a", "unix:/A")],
        refused: [
            "unix:a", "unix:./a", "unix:/a/../b", "unix:/" + String(repeating: "a", count: 107),
            "unix:@", "unix:/a b",
            "unix:/a#b",
        ],
        pending: nil,
        receiver: {
            let directory = try PrivateDirectory()
            let path = directory.path + "/r"
            let receiver = UnixReceiver(path)
            return (
                "unix:" + path,
                {
                    _ = directory
                    return receiver.receive()
                }
            )
        },
        absent: {
            let directory = try PrivateDirectory()
            return ("unix:\(directory.path)/none", directory)
        },
        absentOutcome: .failed(.noSuchPath))

    static let http = TransportRow(
        testDescription: "http",
        make: {
            var settings = HTTPSettings()
            settings.delivery.retry.retriesMax = 0
            return try RPCTransport(settings: settings, policy: TargetPolicy())
        },
        canonical: [
            "http://127.0.0.1/", "https://h:8443/a?b#method=m&mode=request&timeout=2s",
            "http://[::1]:9/",
        ],
        same: [("http://h/", "http://H:80/"), ("http://h/", "http://h/#mode=request")],
        different: [
            ("http://h/", "https://h/"), ("http://h/a", "http://h/b"),
            ("http://h/", "http://h:81/"),
        ],
        refused: [
            "http:h", "http://h", "http://u:p@h/", "http://h/#x", "http://h/ a", "http://0.0.0.0/",
            "http://127.1/",
            "http://h/#format=lines",
        ],
        pending: nil,
        receiver: {
            let receiver = try LoopbackReceiver { _ in .status(204) }
            var taken = 0
            return (
                receiver.url + "/",
                {
                    taken += 1
                    let requests = receiver.wait(for: taken)
                    return requests.count >= taken ? requests[taken - 1].body : nil
                }
            )
        },
        absent: {
            let port = DeadPort()
            return ("http://127.0.0.1:\(port.port)/", port)
        },
        absentOutcome: .failed(.refused))
}

@Suite("Every transport")
struct TransportConformanceTests {
    @Test(
        "its canonical texts come back as they were given, and are one subscriber with themselves",
        arguments: TransportRow.rows)
    func roundTrip(row: TransportRow) throws {
        let transport = try row.make()
        defer { transport.stop(drainMilliseconds: 0) }
        for text in row.canonical {
            let socket = try transport.parse(SocketText.parse(text))
            #expect(transport.text(of: socket, secrets: true) == text)
            let again = try transport.parse(
                SocketText.parse(transport.text(of: socket, secrets: true)))
            #expect(again.sameIdentity(as: socket))
        }
    }

    @Test("its identities are exact", arguments: TransportRow.rows)
    func identity(row: TransportRow) throws {
        let transport = try row.make()
        defer { transport.stop(drainMilliseconds: 0) }
        func isSame(_ pair: (String, String)) throws -> Bool {
            let first = try transport.parse(SocketText.parse(pair.0))
            return first.sameIdentity(as: try transport.parse(SocketText.parse(pair.1)))
        }
        for pair in row.same { #expect(try isSame(pair), "\(pair)") }
        for pair in row.different { #expect(try !isSame(pair), "\(pair)") }
    }

    @Test("what is none of its sockets is refused with a sentence", arguments: TransportRow.rows)
    func refused(row: TransportRow) throws {
        let transport = try row.make()
        defer { transport.stop(drainMilliseconds: 0) }
        for text in row.refused {
            do throws(SocketError) {
                _ = try transport.parse(SocketText.parse(text))
                Issue.record("accepted: \(text)")
            } catch {
                #expect(error.message.hasSuffix("."), "\(text)")
                #expect(error.reason != .forbidden, "\(text)")
            }
        }
    }

    @Test("occurrences arrive in order, as OpenSIPS writes them", arguments: TransportRow.rows)
    func delivery(row: TransportRow) throws {
        let run = try ConformanceRun(row)
        let receiver = try row.receiver()
        let target = try run.target(receiver.socket)
        let params = Params(named: [
            ("ip", .string("127.0.0.1")), ("text", .string("it's \"q\"\n\u{E9}")),
        ])
        run.raise("E_ONE", params, to: target)
        run.raise("E_TWO", Params(values: [.integer(0), .integer(-5)]), to: target)
        run.raise("E_THREE", .none, to: target)
        for payload in row.payloads { #expect(receiver.receive() == payload) }
        #expect(run.ends(3) == [.delivered, .delivered, .delivered])
    }

    @Test(
        "each delivery has one attempt that says what was sent, and what came back",
        arguments: TransportRow.rows)
    func attempts(row: TransportRow) throws {
        let run = try ConformanceRun(row)
        let receiver = try row.receiver()
        let there = try run.target(receiver.socket)
        run.raise("E_ONE", Params(values: [.integer(1)]), to: there)
        #expect(receiver.receive() != nil)
        #expect(run.ends(1) == [.delivered])
        let attempts = run.attempts(of: 1, there)
        #expect(attempts.map(\.hasArrived) == [true])
        #expect(attempts.allSatisfy { $0.facts.bytes > 4 && $0.facts.time > 0 })
        #expect(attempts.allSatisfy { if case .system = $0.facts.answer { false } else { true } })
        guard let absent = try row.absent?() else { return }
        run.raise("E_TWO", .none, to: try run.target(absent.socket))
        #expect(run.ends(2).last == row.absentOutcome)
        let failed = run.attempts(of: 2, there)
        #expect(failed.map(\.hasArrived) == [false])
        #expect(failed.allSatisfy { if case .system = $0.facts.answer { true } else { false } })
        withExtendedLifetime(absent.keeper) {}
    }

    @Test(
        "a receiver that is not there makes its delivery fail, and the next one too",
        arguments: TransportRow.rows)
    func absent(row: TransportRow) throws {
        let run = try ConformanceRun(row)
        guard let absent = try row.absent?() else { return }
        let target = try run.target(absent.socket)
        run.raise("E", .none, to: target)
        #expect(run.ends(1) == [row.absentOutcome])
        run.raise("E", .none, to: target)
        #expect(run.ends(2) == [row.absentOutcome, row.absentOutcome])
        withExtendedLifetime(absent.keeper) {}
    }

    @Test(
        "a stopped transport has ended every delivery and begins none", arguments: TransportRow.rows
    )
    func stop(row: TransportRow) throws {
        let run = try ConformanceRun(row)
        if let pending = row.pending {
            let target = try run.target(pending)
            for _ in 0..<3 { run.raise("E", .none, to: target) }
        }
        run.transport.stop(drainMilliseconds: 0)
        let count = row.pending == nil ? 0 : 3
        #expect(run.ends(count) == Array(repeating: .dropped(.stopped), count: count))
        let receiver = try row.receiver()
        run.raise("E", .none, to: try run.target(receiver.socket))
        #expect(run.ends(count + 1).last == .dropped(.stopped))
    }
}

/// A transport of a row with its ledger; counts each delivery once, wherever it ended.
private final class ConformanceRun {
    let transport: any Transport
    private let ledger = RecordingLedger()
    private var atOnce: [Outcome] = []
    private var occurrences: [Occurrence] = []

    init(_ row: TransportRow) throws {
        transport = try row.make()
        transport.attach(to: ledger)
    }

    deinit { transport.stop(drainMilliseconds: 0) }

    func target(_ text: String) throws -> Target {
        let socket = try transport.parse(SocketText.parse(text))
        return Target(
            subscription: SubscriptionRef(slot: 1, generation: 1), packed: socket.packed,
            options: socket.options, detail: socket.detail)
    }

    func raise(_ event: String, _ params: Params, to target: Target) {
        let sequence = UInt64(occurrences.count + 1)
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: sequence), event: event, params: params,
            time: Int64(sequence))
        occurrences.append(occurrence)
        var outcomes = [Outcome.delivered]
        transport.deliver(occurrence, to: [target], outcomes: &outcomes)
        atOnce += outcomes.filter { $0 != .pending }
    }

    /// What was told of the attempts of an occurrence, or what the transport says that they were.
    func attempts(of sequence: UInt64, _ target: Target) -> [AttemptReport] {
        let told = ledger.attempts.filter { $0.occurrence.sequence == sequence }
        guard told.isEmpty, sequence <= atOnce.count, atOnce[Int(sequence) - 1] == .delivered else {
            return told
        }
        let socket = Socket(packed: target.packed, options: target.options, detail: target.detail)
        let occurrence = occurrences[Int(sequence) - 1]
        return transport.factsOfDelivery(of: occurrence, to: socket).map {
            [
                AttemptReport(
                    subscription: target.subscription, occurrence: occurrence.id, facts: $0,
                    hasArrived: true)
            ]
        } ?? []
    }

    /// How the first `count` deliveries ended.
    func ends(_ count: Int) -> [Outcome] {
        ledger.wait(for: count - atOnce.count).map(\.outcome) + atOnce
    }
}
