import Foundation
import TestSupport
import Testing

@Suite("carillonctl test and doctor")
struct DoctorTests {
    let daemon: Daemon

    init() throws {
        daemon = try Daemon()
    }

    @Test(
        "test says what was seen and what helps, and fails where the subscriber cannot be reached")
    func test() throws {
        let receiver = DatagramReceiver()
        #expect(try daemon.ctl("subscribe", "E_A", receiver.socketText).status == 0)
        let good = try daemon.ctl("test", "1")
        #expect(good.status == 0 && good.errors.isEmpty)
        #expect(good.output.contains("verdict       ok\n"))
        #expect(good.output.contains("attempt       #1  "))
        #expect(receiver.receive()?.contains("carillon_test") == true)

        let dead = DeadPort()
        #expect(try daemon.ctl("subscribe", "E_B", "udp:127.0.0.1:\(dead.port)").status == 0)
        let bad = try daemon.ctl("test", "2", "--within", "2")
        #expect(bad.status == 1)
        #expect(bad.output.contains("code          port_unreachable\n"))
        #expect(bad.output.contains("remedy        Start the receiver"))
        let json = try Daemon.json(try daemon.ctl("test", "2", "--json")) as? [String: Any]
        #expect(json?["verdict"] as? String == "failed")

        #expect(try daemon.ctl("test", "3").status == 4)
        #expect(try daemon.ctl("test", "1", "--within", "11").status == 2)
    }

    @Test("test shows each member of a group")
    func group() throws {
        let receiver = DatagramReceiver()
        let dead = DeadPort()
        let socket = "virtual:FAILOVER udp:127.0.0.1:\(dead.port) \(receiver.socketText)"
        #expect(try daemon.ctl("subscribe", "E_A", socket).status == 0)
        let result = try daemon.ctl("test", "1")
        #expect(result.status == 0, "one member of a FAILOVER is enough")
        #expect(result.output.contains("verdict       warning\n"))
        #expect(result.output.contains("\nfailed  udp:127.0.0.1:\(dead.port)\n  The port is"))
        #expect(result.output.contains("\nok  \(receiver.socketText)\n"))
    }

    @Test("doctor tests all of them: a row each, and 1 where one failed")
    func doctor() throws {
        let none = try daemon.ctl("doctor")
        #expect(none.status == 0 && none.errors == "No subscriptions.\n")
        let receiver = DatagramReceiver()
        let dead = DeadPort()
        _ = try daemon.ctl("subscribe", "E_A", receiver.socketText)
        _ = try daemon.ctl("subscribe", "E_B", "udp:127.0.0.1:\(dead.port)")
        let all = try daemon.ctl("doctor")
        #expect(all.status == 1)
        let lines = all.output.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(lines.map { $0.first.map(String.init) } == ["ID", "2", "1"])
        #expect(lines.map { String($0[3]) } == ["VERDICT", "failed", "ok"])
        #expect(try daemon.ctl("doctor", "--event", "E_A").status == 0)
        let wrong = try daemon.ctl("doctor", "--wrong", "--json")
        #expect(wrong.status == 1)
        #expect((try Daemon.json(wrong) as? [[String: Any]])?.count == 1)
        #expect(
            try daemon.ctl("doctor", "--wrong", "--event", "E_A").errors == "Nothing is wrong.\n")
    }
}
