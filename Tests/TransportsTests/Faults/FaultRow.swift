import EventCore
import Foundation
import TestSupport
import Testing

@testable import Transports

/// A transport that waits for its receiver, and what the tests of faults need of it. A new one adds
/// a row.
struct FaultRow: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// Makes the transport, without retries; `queue` changes what may wait.
    let make: @Sendable (_ queue: (inout QueueLimits) -> Void) throws -> any Transport
    /// The socket of a receiver on a port of 127.0.0.1, which has `milliseconds` for an answer.
    let socket: @Sendable (_ port: UInt16, _ milliseconds: Int) -> String
    /// What is exchanged on a connection before the first request.
    var opening: [FaultPeer.Exchange] = []
    /// A request, and what a healthy receiver answers.
    let request: FaultPeer.Exchange

    static let rows = [http, stream, xmlrpc, rabbitmq]

    static let http = FaultRow(
        testDescription: "http",
        make: { change in
            var settings = HTTPSettings()
            settings.delivery.retry.retriesMax = 0
            change(&settings.delivery.queue)
            return try RPCTransport(settings: settings, policy: TargetPolicy())
        },
        socket: { "http://127.0.0.1:\($0)/#timeout=\($1)ms" },
        request: FaultPeer.Exchange(
            isWhole: { isWholeHTTP($0) },
            answer: { _, _ in Array("HTTP/1.1 204 No Content\r\n\r\n".utf8) }))

    /// A header and as many bytes behind it as it says.
    static func isWholeHTTP(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n") else { return false }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        let length = lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
        return text[end.upperBound...].utf8.count >= length ?? 0
    }
}

/// A transport of a row with its ledger, and a receiver.
final class FaultRun {
    let row: FaultRow
    let transport: any Transport
    let ledger = RecordingLedger()
    let peer: FaultPeer
    private var raised: UInt64 = 1_000
    private var peers: [FaultPeer] = []

    init(_ row: FaultRow, queue: (inout QueueLimits) -> Void = { _ in }) throws {
        self.row = row
        transport = try row.make(queue)
        transport.attach(to: ledger)
        peer = try FaultPeer(opening: row.opening, request: row.request)
        peers = [peer]
    }

    deinit {
        transport.stop(drainMilliseconds: 0)
        for peer in peers { peer.stop() }
    }

    /// Another receiver, which is healthy.
    func healthyPeer() throws -> FaultPeer {
        peers.append(try FaultPeer(opening: row.opening, request: row.request))
        return peers[peers.count - 1]
    }

    /// Who subscribes at `peer`, in the slot `slot`.
    func target(_ peer: FaultPeer, slot: UInt32 = 1, milliseconds: Int = 20_000) throws -> Target {
        let socket = try transport.parse(SocketText.parse(row.socket(peer.port, milliseconds)))
        return Target(
            subscription: SubscriptionRef(slot: slot, generation: 1), packed: socket.packed,
            options: socket.options, detail: socket.detail)
    }

    /// Raises an event for `target`; such a transport always says later what came of it.
    func raise(to target: Target) {
        raised += 1
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: raised), event: "E_FAULT",
            params: Params(named: [("text", .string("it's \"q\"\n\u{E9}"))]), time: Int64(raised))
        var outcomes = [Outcome.delivered]
        transport.deliver(occurrence, to: [target], outcomes: &outcomes)
        #expect(outcomes == [.pending])
    }

    /// How delivery number `count` ended, from 1.
    func end(_ count: Int) throws -> Outcome {
        let results = ledger.wait(for: count)
        return try #require(results.count >= count ? results[count - 1].outcome : nil)
    }
}
