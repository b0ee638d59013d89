import EventCore
import Net
import TestSupport
import Testing
import WireFormats

@testable import Transports

/// One way of writing an occurrence down, with a receiver that takes it as it comes.
private struct ForecastRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let make: @Sendable () throws -> any Transport
    /// A receiver: its socket, and a function that waits for the next message, which has so many bytes.
    let receiver: @Sendable () throws -> (socket: String, receive: (Int) -> [UInt8]?)

    /// A row of the conformance suite, with these options behind its socket. `end` is what its receiver takes off.
    init(_ row: TransportRow, _ options: String = "", end: String = "") {
        testDescription = row.testDescription + options
        make = row.make
        receiver = {
            let receiver = try row.receiver()
            return (
                receiver.socket + options,
                { _ in receiver.receive().map { Array(($0 + end).utf8) } }
            )
        }
    }

    /// A stream, read byte by byte: framing is part of what is sent.
    init(stream row: TransportRow, _ options: String) {
        testDescription = row.testDescription + options
        make = row.make
        receiver = {
            let peer = StreamPeer()
            var connection: StreamPeer.Connection?
            return (
                "\(row.testDescription):127.0.0.1:\(peer.port)\(options)",
                { count in
                    connection = connection ?? peer.accept()
                    guard let message = connection?.readBytes(count) else { return nil }
                    // The next request waits for the answer to this one.
                    if let number = NotificationFormat.idNumber(of: message) {
                        connection?.write(#"{"jsonrpc":"2.0","result":0,"id":\#(number)}"#)
                    }
                    return message
                }
            )
        }
    }

    // Built step by step: one expression would take the type checker minutes.
    static let rows: [ForecastRow] = {
        var rows = [
            ForecastRow(.datagramUDP), ForecastRow(.datagramUDP, "#format=lines"),
            ForecastRow(.datagramUnix), ForecastRow(.datagramUnix, "#format=lines"),
            ForecastRow(.http), ForecastRow(.http, "#mode=request"),
            ForecastRow(.http, "#method=m&mode=request"),
            ForecastRow(.xmlrpc), ForecastRow(.xmlrpc, "#layout=named"),
            ForecastRow(.xmlrpc, "#layout=struct"),
            ForecastRow(.flatstore, end: "\n"),
            ForecastRow(.flatstore, "#delimiter=tab", end: "\n"),
            ForecastRow(.flatstore, "#format=ndjson", end: "\n"),
            ForecastRow(.rabbitmq), ForecastRow(.rabbitmq, "#format=lines"),
        ]
        for scheme in [TransportRow.tcp, .jsonrpc] {
            for framing in ["none", "newline", "netstring"] {
                rows.append(ForecastRow(stream: scheme, "#framing=\(framing)"))
                rows.append(ForecastRow(stream: scheme, "/m#framing=\(framing)"))
            }
            rows.append(ForecastRow(stream: scheme, "#mode=request"))
        }
        for group in TransportRow.virtual { rows.append(ForecastRow(group)) }
        return rows
    }()
}

@Suite("A dry run of every transport")
struct ForecastTests {
    @Test(
        "the bytes that are foretold are the bytes that arrive, whatever the params",
        arguments: ForecastRow.rows)
    private func sameBytes(row: ForecastRow) throws {
        try expectSameBytes(row, of: try row.make())
    }

    private func expectSameBytes(_ row: ForecastRow, of transport: some Transport) throws {
        let harness = try TransportHarness { _ in transport }
        let receiver = try row.receiver()
        let target = try harness.target(receiver.socket)
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        for sequence in 1...20 {
            let occurrence = Occurrence(
                id: OccurrenceID(epoch: 0x19c_2e55_aa10, sequence: UInt64(sequence)),
                event: "E_\(sequence)", params: .random(using: &random),
                time: 1_700_000_000_000 + Int64(sequence))
            let forecasts = harness.transport.forecast(occurrence, for: target)
            let foretold = try #require(forecasts.first?.payload)
            #expect(forecasts.map(\.course) == [.send])
            var outcomes = [Outcome.delivered]
            harness.transport.deliver(occurrence, to: [target], outcomes: &outcomes)
            let received = try #require(receiver.receive(foretold.count), "seed \(seed)")
            let isSame = received == foretold
            #expect(isSame, "seed \(seed): \(String(decoding: received, as: UTF8.self))")
        }
    }

    @Test("what a route would get is its params, as JSON")
    func route() throws {
        let transport = RouteTransport()
        transport.declare(["E_X"])
        let socket = try transport.parse(SocketText.parse("route:E_X"))
        let params = Params(named: [("a", .integer(1)), ("b", .string("x"))])
        let forecasts = transport.forecast(.some("E_X", params), for: .some(socket))
        #expect(forecasts == [DeliveryForecast(Array(#"{"a":1,"b":"x"}"#.utf8))])
    }

    @Test("what no datagram can carry is foretold to fail, and does")
    func tooLarge() throws {
        let harness = try TransportHarness { _ in try DatagramTransport.forTests() }
        let directory = try PrivateDirectory()
        let unix = UnixReceiver(directory.path + "/r")
        let udp = DatagramReceiver()
        let params = Params(values: [.string(String(repeating: "a", count: 9 << 20))])
        for text in [udp.socketText, "unix:\(directory.path)/r", "udp:[::1]:9"] {
            let target = try harness.target(text)
            let forecast = harness.transport.forecast(.some("E_X", params), for: target)
            #expect(forecast.map(\.course) == [.fail(.tooLarge)], "\(text)")
            #expect(harness.raise("E_X", params, to: [target]) == [.failed(.tooLarge)], "\(text)")
        }
        withExtendedLifetime((unix, udp)) {}
    }

    @Test("what is larger than a queue may be is foretold to be dropped, and is")
    func largerThanQueue() throws {
        var settings = HTTPSettings.quick
        settings.delivery.queue.bytesPerDestination = 1_000
        let harness = try TransportHarness { policy in
            try RPCTransport(settings: settings, policy: policy)
        }
        let target = try harness.target("http://127.0.0.1:9/")
        let params = Params(values: [.string(String(repeating: "a", count: 1_000))])
        let forecast = harness.transport.forecast(.some("E_X", params), for: target)
        #expect(forecast.map(\.course) == [.drop(.queueFull)])
        #expect(forecast[0].payload?.count ?? 0 > 1_000)
        harness.raise("E_X", params, to: [target])
        #expect(harness.ledger.wait(for: 1).map(\.outcome) == [.dropped(.queueFull)])
    }

    @Test("a stopped transport is foretold to drop", arguments: ForecastRow.rows)
    private func stopped(row: ForecastRow) throws {
        try expectStopped(row, try row.make())
    }

    private func expectStopped(_ row: ForecastRow, _ transport: some Transport) throws {
        let harness = try TransportHarness { _ in transport }
        let target = try harness.target(try row.receiver().socket)
        harness.transport.stop(drainMilliseconds: 0)
        let forecast = harness.transport.forecast(.some("E_X", .none), for: target)
        #expect(forecast.map(\.course) == [.drop(.stopped)])
        #expect(forecast.first?.payload != nil)
    }

    @Test("of a group every member that would get it is told, and none is taken for it")
    func group() throws {
        let harness = try TransportHarness { _ in
            try VirtualTransport(siblings: [try DatagramTransport.forTests()]) {
                _ throws(SystemError) in [try DatagramTransport.forTests()]
            }
        }
        func members(_ policy: String) throws -> [String?] {
            let target = try harness.target("virtual:\(policy) udp:127.0.0.1:1 udp:127.0.0.1:2")
            return harness.transport.forecast(.some("E_X", .none), for: target)
                .map(\.member?.socket)
        }
        #expect(try members("PARALLEL") == ["udp:127.0.0.1:1", "udp:127.0.0.1:2"])
        #expect(try members("FAILOVER") == ["udp:127.0.0.1:1"])
        // Asked twice: a dry run takes no turn.
        #expect(try members("ROUND-ROBIN") == ["udp:127.0.0.1:1"])
        #expect(try members("ROUND-ROBIN") == ["udp:127.0.0.1:1"])
    }
}

extension Occurrence {
    fileprivate static func some(_ event: String, _ params: Params) -> Occurrence {
        Occurrence(id: OccurrenceID(epoch: 1, sequence: 1), event: event, params: params, time: 0)
    }
}

extension Target {
    fileprivate static func some(_ socket: Socket) -> Target {
        Target(
            subscription: SubscriptionRef(slot: 1, generation: 1), packed: socket.packed,
            options: socket.options, detail: socket.detail)
    }
}

extension Params {
    /// Named, bare or no params, of every kind, with text that every format finds hard.
    fileprivate static func random(using random: inout SeededRandom) -> Params {
        var values: [Value] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            values.append(.random(using: &random))
        }
        guard Bool.random(using: &random) else { return Params(values: values) }
        return Params(named: values.enumerated().map { ("n\($0.offset)", $0.element) })
    }
}

extension Value {
    fileprivate static func random(using random: inout SeededRandom) -> Value {
        switch Int.random(in: 0...3, using: &random) {
        case 0: return .integer(Int64(truncatingIfNeeded: random.next()))
        case 1: return .double(Double.random(in: -1e9...1e9, using: &random))
        case 2: return .boolean(Bool.random(using: &random))
        default: break
        }
        let hard: [Character] = [
            "a", "Z", "0", " ", "\"", "\\", "\n", "\r", "\t", "\0", "\u{1}", "\u{7F}", ",", ":",
            "<", "&", "]", "\u{E9}", "\u{2028}", "\u{1F514}", "\u{FFFD}",
        ]
        var text = ""
        for _ in 0..<Int.random(in: 0...40, using: &random) {
            text.append(hard[Int.random(in: 0..<hard.count, using: &random)])
        }
        return .string(text)
    }
}
