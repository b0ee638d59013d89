import EventCore
import Testing
import WireFormats

@testable import Transports

/// What the kernel takes is decided here, byte by byte; what a peer would then have received is
/// compared with what the exchange says of each delivery.
@Suite("Progress of an attempt on a stream")
struct StreamExchangeTests {
    /// Deliveries with these payloads to one target.
    static func attempt(_ payloads: [String], _ socket: String = "tcp:h:5") throws
        -> Attempt<StreamTarget>
    {
        let parsed = try StreamSocketParser.parse(SocketText.parse(socket), policy: TargetPolicy())
        let target = try #require(parsed.detail?.target as? StreamTarget)
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: 1), event: "E", params: .none, time: 0)
        let deliveries = payloads.enumerated().map { place, payload in
            QueuedDelivery(
                subscription: SubscriptionRef(slot: UInt32(place), generation: 1), target: target,
                occurrence: occurrence, payload: Array(payload.utf8))
        }
        return Attempt(
            deliveries: deliveries,
            ticket: AttemptTicket(lane: 0, generation: 0, start: 0, epoch: 0))
    }

    /// The verdicts, one for each delivery.
    private func verdicts(_ exchange: StreamExchange) -> [Verdict] {
        switch exchange.end.verdicts {
        case .all(let verdict):
            Array(repeating: verdict, count: exchange.attempt.deliveries.count)
        case .each(let list): list
        }
    }

    /// Lets the exchange write everything, at most `sizes` bytes at a time; what a peer then has
    /// received.
    private func write(_ exchange: StreamExchange, sizes: [Int]) -> [UInt8] {
        var received: [UInt8] = []
        var output = StreamOutput()
        for size in sizes {
            if !exchange.remainder.isEmpty {
                let taken = min(size, exchange.remainder.count)
                received += exchange.remainder.prefix(taken)
                exchange.wroteRemainder(taken)
            } else if !exchange.isWritten {
                exchange.compose(into: &output)
                let taken = min(size, output.bytes.count)
                received += output.bytes.prefix(taken)
                exchange.wrote(taken, of: output)
            }
        }
        return received
    }

    private static let payloads = [#"{"a":1}"#, #"{"b":[2,3]}"#, #"{"c":"}"}"#, "{}"]

    @Test("however it is cut, what arrives is what was to be sent", arguments: 1...40)
    func cuts(size: Int) throws {
        for framing in StreamFraming.allCases {
            let exchange = StreamExchange(
                try Self.attempt(Self.payloads, "tcp:h:5#framing=\(framing.rawValue)"))
            let received = write(exchange, sizes: Array(repeating: size, count: 60))
            var expected: [UInt8] = []
            for payload in Self.payloads {
                expected.append(message: Array(payload.utf8), framing: framing)
            }
            #expect(received == expected)
            #expect(exchange.isDone && exchange.isWritten)
            #expect(verdicts(exchange) == Array(repeating: .delivered, count: 4))
        }
    }

    @Test(
        "a reset after any byte neither loses nor doubles what a peer can read", arguments: 0...29)
    func resets(offset: Int) throws {
        let whole = Self.payloads.joined()
        #expect(whole.utf8.count == 29)
        let exchange = StreamExchange(try Self.attempt(Self.payloads))
        let first = offset == 0 ? [] : write(exchange, sizes: [offset])
        exchange.loseConnection(.connect, words: "reset")
        let ends = verdicts(exchange)
        // Everything that is not delivered goes out on the next connection, from its first byte.
        let again = zip(Self.payloads, ends).filter { $0.1 != .delivered }.map(\.0)
        let next = StreamExchange(try Self.attempt(again))
        let second = again.isEmpty ? [] : write(next, sizes: [1_000])
        // What a reader makes of both: whole objects, and the beginning of one at the first
        // connection's end.
        var objects: [String] = []
        for part in [first, second] {
            var splitter = StreamSplitter(framing: .none)
            splitter.append(part.span)
            while let message = try splitter.next() {
                objects.append(String(decoding: message, as: UTF8.self))
            }
        }
        #expect(objects == Self.payloads)
        // One delivery at most bears the failure; what follows it is as if untouched.
        #expect(ends.filter { $0 == .tryAgain(.connect, words: "reset") }.count <= 1)
        if let failed = ends.firstIndex(where: { $0 != .delivered }) {
            #expect(ends[failed] == .tryAgain(.connect, words: "reset"))
            #expect(ends[(failed + 1)...].allSatisfy { $0 == .unsent })
        }
    }

    @Test("no connection: all are tried again, none is counted as sent")
    func noConnection() throws {
        let exchange = StreamExchange(try Self.attempt(Self.payloads))
        exchange.failToConnect(.tryAgain(.refused, words: "no"))
        #expect(exchange.isDone)
        #expect(verdicts(exchange) == Array(repeating: .tryAgain(.refused, words: "no"), count: 4))
    }

    @Test("deliveries share an array while both sides allow it")
    func batches() throws {
        let exchange = StreamExchange(try Self.attempt(Self.payloads, "tcp:h:5#batch=3"))
        let received = write(exchange, sizes: [1_000])
        #expect(
            String(decoding: received, as: UTF8.self) == #"[{"a":1},{"b":[2,3]},{"c":"}"}]{}"#)
    }

    @Test("a half written array takes all its deliveries along")
    func halfArray() throws {
        let exchange = StreamExchange(try Self.attempt(Self.payloads, "tcp:h:5#batch=2"))
        _ = write(exchange, sizes: [25])
        exchange.loseConnection(.connect, words: "reset")
        let again = Verdict.tryAgain(.connect, words: "reset")
        #expect(verdicts(exchange) == [.delivered, .delivered, again, again])
    }

    @Test("what is left out is not written, wherever it stands", arguments: 0..<4)
    func refused(place: Int) throws {
        for socket in ["tcp:h:5", "tcp:h:5#batch=9"] {
            let exchange = StreamExchange(try Self.attempt(Self.payloads, socket))
            exchange.drop([(place, .unsubscribed)])
            let received = String(
                decoding: write(exchange, sizes: [5, 1_000, 1_000]), as: UTF8.self)
            for (index, payload) in Self.payloads.enumerated() {
                #expect(received.contains(payload) == (index != place))
            }
            var expected = [Verdict](repeating: .delivered, count: 4)
            expected[place] = .ended(.dropped(.unsubscribed))
            #expect(verdicts(exchange) == expected)
        }
    }

    @Test("all left out: nothing is written, and it is done")
    func allRefused() throws {
        let exchange = StreamExchange(try Self.attempt(["{}", "{}"]))
        exchange.drop([(0, .expired), (1, .unsubscribed)])
        #expect(exchange.isWritten && exchange.isDone)
        #expect(
            verdicts(exchange) == [.ended(.dropped(.expired)), .ended(.dropped(.unsubscribed))])
    }

    @Test("between two writes, deliveries that have not begun can still be left out")
    func refusedLater() throws {
        let exchange = StreamExchange(try Self.attempt(Self.payloads))
        var received = write(exchange, sizes: [10])
        #expect(exchange.subscriptions.map(\.slot) == [2, 3])
        exchange.drop([(0, .unsubscribed)])
        received += write(exchange, sizes: [1_000, 1_000])
        #expect(String(decoding: received, as: UTF8.self) == #"{"a":1}{"b":[2,3]}{}"#)
        #expect(
            verdicts(exchange)
                == [.delivered, .delivered, .ended(.dropped(.unsubscribed)), .delivered])
    }

    // MARK: Requests

    private static let requests = [#"{"id":7,"a":1}"#, #"{"id":8,"b":1}"#, #"{"id":9,"c":1}"#]

    private func written() throws -> StreamExchange {
        let exchange = StreamExchange(try Self.attempt(Self.requests, "tcp:h:5#mode=request"))
        _ = write(exchange, sizes: [1_000])
        return exchange
    }

    @Test("replies come in any order, and each counts once")
    func replies() throws {
        let exchange = try written()
        #expect(exchange.isWritten && exchange.isWaiting && !exchange.isDone)
        let error = Verdict.ended(.failed(.reply), words: "error")
        for (id, verdict) in [(9, Verdict.delivered), (7, error), (7, .delivered), (4, error)] {
            exchange.answered(Int64(id), verdict)
        }
        #expect(!exchange.isDone)
        exchange.answered(8, .delivered)
        #expect(exchange.isDone)
        #expect(verdicts(exchange) == [error, .delivered, .delivered])
    }

    @Test("a reply in time counts, and what has none by then has failed")
    func timeout() throws {
        let exchange = try written()
        exchange.answered(8, .delivered)
        let late = Verdict.ended(.failed(.timeout), words: "no reply")
        exchange.endUnanswered(late)
        #expect(verdicts(exchange) == [late, .delivered, late])
    }

    @Test("a lost connection: what waited for its reply is sent again")
    func lostReplies() throws {
        let exchange = try written()
        exchange.answered(7, .delivered)
        exchange.loseConnection(.connect, words: "reset")
        let again = Verdict.tryAgain(.connect, words: "reset")
        #expect(verdicts(exchange) == [.delivered, again, again])
    }

    @Test("a stop: what has no reply yet goes back, as what has not begun")
    func stop() throws {
        let exchange = StreamExchange(try Self.attempt(Self.requests, "tcp:h:5#mode=request"))
        _ = write(exchange, sizes: [20])
        exchange.answered(7, .delivered)
        exchange.giveUp()
        #expect(verdicts(exchange) == [.delivered, .unsent, .unsent])
    }
}
