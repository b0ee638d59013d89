import Foundation
import Glibc
import Server
import TestSupport
import Testing

@Suite("Receipts tell of every attempt")
struct AttemptTests {
    /// Subscribes `socket`, raises, and waits for the end of the delivery: its state and its attempts.
    private func attempts(
        _ socket: String, at service: RunningService? = nil
    ) throws -> (state: String?, attempts: [[String: Any]]) {
        let service =
            try service
            ?? RunningService { settings in
                settings.retryDelayMilliseconds = 20
                settings.retries = 1
            }
        let client = try service.client()
        #expect(try client.subscribe("E_A", socket).status == 201)
        let answer = try client.send(
            "POST", "/events/E_A/raise?wait=delivered&timeout=20s", #"{"params":[7]}"#)
        #expect(answer.status == 200)
        let deliveries = answer.json["deliveries"] as? [[String: Any]] ?? []
        #expect(deliveries.count == 1)
        return (
            deliveries.first?["state"] as? String,
            deliveries.first?["attempts"] as? [[String: Any]] ?? []
        )
    }

    /// What the payload of a notification without options has.
    private let bytes = #"{"jsonrpc":"2.0","method":"E_A","params":[7]}"#.utf8.count

    @Test("http: 503 and then 200 are two attempts, each with its status and timings")
    func http() throws {
        let receiver = try LoopbackReceiver { $0.number == 0 ? .status(503) : .status(200) }
        defer { receiver.stop() }
        let (state, attempts) = try attempts(receiver.url + "/")
        #expect(state == "delivered")
        #expect(attempts.map { $0["number"] as? Int } == [1, 2])
        #expect(attempts.map { $0["status"] as? Int } == [503, 200])
        #expect(attempts.map { $0["bytes"] as? Int } == [bytes, bytes])
        let timings = attempts.map { $0["timings"] as? [String: Int] ?? [:] }
        #expect(timings.allSatisfy { $0["total"] ?? 0 >= $0["first_byte"] ?? 1 })
        #expect(timings.allSatisfy { $0["first_byte"] ?? 0 > 0 })
        #expect(timings.map { ($0["connect"] ?? 0) > 0 } == [true, false], "the second is kept")
        #expect(
            zip(attempts, timings).allSatisfy {
                ($0["microseconds"] as? Int ?? 0) >= ($1["total"] ?? .max) / 2
            })
    }

    @Test("http: nobody there is an errno, no answer is none")
    func unanswered() throws {
        let dead = DeadTCPPort()
        let refused = try attempts("http://127.0.0.1:\(dead.port)/")
        #expect(refused.state == "failed")
        #expect(refused.attempts.map { $0["errno"] as? Int } == [111, 111])
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        let timeout = try attempts(receiver.url + "/#timeout=100ms")
        #expect(timeout.attempts.count == 1)
        #expect(timeout.attempts[0]["errno"] == nil && timeout.attempts[0]["status"] == nil)
        #expect(timeout.attempts[0]["microseconds"] as? Int ?? 0 >= 90_000)
    }

    @Test("tcp, udp, unix, flatstore: what was written, or the error of the system")
    func direct() throws {
        let peer = StreamPeer()
        #expect(
            try attempts("tcp:127.0.0.1:\(peer.port)").attempts.map { $0["bytes"] as? Int } == [
                bytes
            ])
        let receiver = DatagramReceiver()
        let sent = try attempts(receiver.socketText)
        #expect(sent.attempts.map { $0["bytes"] as? Int } == [bytes])
        #expect(sent.attempts.map { $0["microseconds"] as? Int } == [0])
        let dead = DeadPort()
        #expect(
            try attempts("udp:127.0.0.1:\(dead.port)").attempts.map { $0["errno"] as? Int } == [
                Int(ECONNREFUSED)
            ])
        let directory = try PrivateDirectory()
        let none = try attempts("unix:\(directory.path)/none")
        #expect(none.attempts.map { $0["errno"] as? Int } == [Int(ENOENT)])
        let service = try RunningService { $0.flatstoreDirectory = directory.path }
        try FileManager.default.createDirectory(
            atPath: directory.path + "/taken", withIntermediateDirectories: false)
        let file = try attempts("flatstore:taken", at: service)
        #expect(file.attempts.map { $0["errno"] as? Int } == [Int(EISDIR)])
    }

    @Test("route: its return code, good or bad")
    func route() throws {
        let receiver = DatagramReceiver()
        for (code, state) in [(3, "delivered"), (-2, "failed")] {
            let script = try ScriptService(
                "event_route[E_A] { return(\(code)); }", receiver: receiver)
            let answer = try script.client.send(
                "POST", "/events/E_A/raise?wait=delivered&timeout=20s", "{}")
            let delivery = (answer.json["deliveries"] as? [[String: Any]])?.first
            #expect(delivery?["state"] as? String == state)
            let attempts = delivery?["attempts"] as? [[String: Any]] ?? []
            #expect(attempts.map { $0["return_code"] as? Int } == [code])
        }
    }

    @Test(
        "virtual: the attempts of its members, each with its socket",
        arguments: ["FAILOVER", "PARALLEL"])
    func virtual(policy: String) throws {
        let dead = DeadTCPPort()
        let receiver = DatagramReceiver()
        let members = ["http://127.0.0.1:\(dead.port)/", receiver.socketText]
        let (state, attempts) = try attempts("virtual:\(policy) " + members.joined(separator: " "))
        #expect(state == (policy == "FAILOVER" ? "delivered" : "failed"))
        #expect(receiver.receive() != nil)
        #expect(attempts.map { $0["number"] as? Int } == Array(1...attempts.count))
        func errors(_ socket: String) -> [Int?] {
            attempts.filter { $0["socket"] as? String == socket }.map { $0["errno"] as? Int }
        }
        #expect(errors(members[0]) == (policy == "FAILOVER" ? [111] : [111, 111]))
        #expect(errors(members[1]) == [nil])
    }
}

/// A TCP port of 127.0.0.1 that refuses: bound, so that nobody else gets it, and never listened on.
final class DeadTCPPort {
    let port: UInt16
    private let descriptor: Int32

    init() {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let number = descriptor
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(number, $0, size)
                _ = getsockname(number, $0, &size)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }
}
