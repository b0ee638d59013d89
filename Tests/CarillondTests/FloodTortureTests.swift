import Dispatch
import Foundation
import Net
import Synchronization
import TestSupport
import Testing

@Suite("Torture: a flood of datagrams", .serialized)
struct FloodTortureTests {
    @Test("D10: garbage at the datagram door leaves HTTP its answers; every datagram is counted")
    func flood() throws {
        let seconds = Torture.isOn ? 10.0 : 0.5
        let perMillisecond = Torture.isOn ? 100 : 20
        let scratch = try Scratch()
        let daemon = try Daemon(in: scratch, ["--mi-datagram", "127.0.0.1:0"])
        let client = try daemon.client()
        let match = daemon.printed.firstMatch(of: /listening on udp:127\.0\.0\.1:(\d+)\n/)
        let port = try #require(match.flatMap { UInt16($0.output.1) })

        let sent = Mutex(0)
        let flood = DispatchGroup()
        DispatchQueue(label: "flood").async(group: flood) {
            let count = Self.send(perMillisecond, toPort: port, forSeconds: seconds)
            sent.withLock { $0 = count }
        }
        var latencies: [Double] = []
        while flood.wait(timeout: .now()) == .timedOut {
            let start = Clock.boot()
            #expect(try client.send("GET", "/events?limit=1").status == 200)
            latencies.append(Double(Clock.boot() - start) / 1e6)
            // A client that asks a thousand times a second; as fast as it can, it would only measure itself.
            _ = flood.wait(timeout: .now() + .milliseconds(1))
        }
        // What was dropped is told with the next datagram that is not. There may be no room for that one yet.
        let last = DatagramReceiver()
        var total = sent.withLock { $0 }
        let isAnswered = eventually {
            guard last.send(":version:\n\n", to: .udp(host: "127.0.0.1", port: port)) else {
                return false
            }
            total += 1
            return last.receive(withinMilliseconds: 500)?.hasPrefix("200 OK\nServer:: ") == true
        }
        #expect(isAnswered)
        let isCounted = try eventually {
            let all = try client.statistics()
            return (all["mi_datagram:received"] ?? 0) + (all["mi_datagram:overflowed"] ?? 0)
                == total
        }
        let all = try client.statistics()
        #expect(isCounted, "\(total) sent, \(all.filter { $0.key.hasPrefix("mi_datagram") })")
        latencies.sort()
        let p99 = latencies[latencies.count * 99 / 100]
        print(
            "flood: \(total) datagrams in \(seconds) s, \(all["mi_datagram:overflowed"] ?? 0) dropped by the kernel; "
                + "HTTP p50 \(latencies[latencies.count / 2]) ms, p99 \(p99) ms of \(latencies.count)"
        )
        if Torture.isOn { #expect(p99 < 50) }
        daemon.send(SIGTERM)
        #expect(try daemon.status() == 0)
    }

    /// Sends so many datagrams in each millisecond; how many it were. Garbage of every kind, and now and then nothing.
    private static func send(_ perMillisecond: Int, toPort port: UInt16, forSeconds seconds: Double)
        -> Int
    {
        let socket = DatagramReceiver()
        var random = SeededRandom(seed: 1)
        let garbage = (0..<64).map { number -> [UInt8] in
            let bytes = (0..<number * 8).map { _ in UInt8.random(in: 0...255, using: &random) }
            return number % 4 == 0
                ? Array(#"{"jsonrpc":"2.0","method":"nope","id":\#(number)}"#.utf8) : bytes
        }
        let start = Clock.boot()
        let end = start + Int64(seconds * 1e9)
        var count = 0
        while Clock.boot() < end {
            let due = Int((Clock.boot() - start) / 1_000_000) * perMillisecond
            while count < due {
                if socket.send(
                    garbage[count % garbage.count], to: .udp(host: "127.0.0.1", port: port))
                {
                    count += 1
                }
            }
            poll(nil, 0, 1)
        }
        return count
    }
}
