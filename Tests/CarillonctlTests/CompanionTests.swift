import Foundation
import TestSupport
import Testing

@Suite("carillonctl against the daemon")
struct CompanionTests {
    let daemon: Daemon

    init() throws {
        daemon = try Daemon()
    }

    private func subscribers(_ event: String) throws -> [[String: Any]] {
        let list = try Daemon.json(try daemon.ctl("subscribers", "--json", "--event", event))
        return try #require(list as? [[String: Any]])
    }

    @Test("subscribe, list, show, renew, unsubscribe by socket and by id")
    func subscriptions() throws {
        let created = try daemon.ctl(
            "subscribe", "E_PIKE_BLOCKED", "udp:127.0.0.1:8888", "1200", "--json")
        let subscription = try #require(try Daemon.json(created) as? [String: Any])
        #expect(subscription["expire"] as? Int == 1_200)
        let id = try #require(subscription["id"] as? String)

        let renewed = try daemon.ctl(
            "subscribe", "E_PIKE_BLOCKED", "udp:127.0.0.1:8888", "--permanent", "--format", "lines")
        #expect(renewed.errors == "Renewed.\n")
        #expect(renewed.output.contains("never"))
        let shown = try daemon.ctl("show", id)
        #expect(shown.output.contains("socket                udp:127.0.0.1:8888#format=lines\n"))

        #expect(try daemon.ctl("unsubscribe", id).status == 0)
        #expect(try daemon.ctl("unsubscribe", id).status == 4)
        #expect(try daemon.ctl("show", id).status == 4)
        #expect(try daemon.ctl("subscribe", "E_A", "udp:127.0.0.1:8888").errors == "Subscribed.\n")
        #expect(try daemon.ctl("unsubscribe", "E_A", "udp:127.0.0.1:8888").status == 0)
        let none = try daemon.ctl("subscribers")
        #expect(none.output.isEmpty && none.errors == "No subscriptions.\n")
    }

    @Test("a list longer than a page is followed to its end, and --limit cuts it")
    func pages() throws {
        let client = try JSONClient(port: daemon.port)
        for port in 1...1_203 {
            _ = try client.send(
                "POST", "/subscriptions", #"{"event":"E_MANY","socket":"udp:127.0.0.1:\#(port)"}"#)
        }
        #expect(try subscribers("E_MANY").count == 1_203)
        #expect(try daemon.ctl("subscribers").output.split(separator: "\n").count == 1_204)
        #expect(
            try daemon.ctl("subscribers", "--limit", "1001").output.split(separator: "\n").count
                == 1_002)
        let one = try daemon.ctl(
            "subscribers", "--socket", "udp:127.0.0.1:77", "--transport", "datagram", "--json")
        #expect((try Daemon.json(one) as? [Any])?.count == 1)
    }

    @Test("raise takes numbers, booleans and exact JSON for what they are, and all else as text")
    func typedParams() throws {
        let receiver = DatagramReceiver()
        _ = try daemon.ctl("subscribe", "E_T", receiver.socketText)
        let raised = try daemon.ctl(
            "raise", "E_T", "i=42", "d=1.5", "t=true", "n=007", "p=+41", "q:=\"5\"", "e=", "x=a=b")
        #expect(raised.output.hasSuffix(" matched=1\n"))
        #expect(
            receiver.receive()
                == #"{"jsonrpc":"2.0","method":"E_T","params":{"i":42,"d":1.5,"t":true,"n":"007","p":"+41","q":"5","e":"","x":"a=b"}}"#
        )
        _ = try daemon.ctl("raise", "E_T", "front", "42")
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_T","params":["front",42]}"#)
        for stdin in [["-"], ["--json", "-"]] {
            let arguments = ["raise", "E_T"] + stdin
            _ = try ProgramRun.run(
                "carillonctl", arguments, environment: ["CARILLON_URL": daemon.url],
                input: "{\"who\": \"lab\"}\n")
            #expect(
                receiver.receive() == #"{"jsonrpc":"2.0","method":"E_T","params":{"who":"lab"}}"#)
        }
        _ = try daemon.ctl("raise", "E_T", "--json", "[1]")
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_T","params":[1]}"#)
        let plain = try daemon.ctl("raise", "E_T", "--output", "json")
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_T"}"#)
        #expect((try Daemon.json(plain) as? [String: Any])?["matched"] as? Int == 1)
    }

    @Test("raise under a key raises once, however often it is tried; what is no key is refused")
    func idempotency() throws {
        func raise(_ key: String) throws -> ProgramRun.Result {
            try daemon.ctl("raise", "E_K", "n=1", "--idempotency-key", key)
        }
        let first = try raise("k-1")
        #expect(first.status == 0)
        #expect(try raise("k-1").output == first.output)
        #expect(try raise("k-2").output != first.output)
        #expect(try daemon.ctl("raise", "E_K", "--idempotency-key", "k-1").status != 0)
        #expect(try daemon.ctl("raise", "E_K", "--idempotency-key", "a b").status == 2)
    }

    @Test("mi calls commands with positional, named and exact arguments")
    func management() throws {
        let subscribed = try daemon.ctl(
            "mi", "event_subscribe", "E_PIKE_BLOCKED", "udp:127.0.0.1:7", "60")
        #expect(subscribed.output == "OK\n")
        let list = try daemon.ctl("mi", "subscribers_list", "event=E_PIKE_BLOCKED")
        #expect(list.output.contains(#""socket":"udp:127.0.0.1:7","expire":60"#))
        let statistics = try daemon.ctl("mi", "get_statistics", ":=[\"evi:subscriptions\"]")
        #expect(statistics.output == "{\"evi:subscriptions\":1}\n")
        let unknown = try daemon.ctl("mi", "nope")
        #expect(unknown.status == 4 && unknown.errors.contains("carillonctl mi which"))
        let nobody = try daemon.ctl("mi", "raise_event", "E_DLG_STATE_CHANGED")
        #expect(nobody.status == 1 && nobody.errors.contains("480"))
    }

    @Test("events, status and check tell what there is")
    func inspection() throws {
        _ = try daemon.ctl("subscribe", "E_SEEN", "udp:127.0.0.1:9")
        let events = try daemon.ctl("events", "--subscribed")
        #expect(events.output.split(separator: "\n").count == 2 && events.output.contains("E_SEEN"))
        let status = try #require(
            try Daemon.json(try daemon.ctl("status", "--json")) as? [String: Any])
        #expect(status["ready"] as? Bool == true)
        #expect(status["state"] as? String == "ok")
        let parts = status["parts"] as? [[String: Any]] ?? []
        #expect(
            parts.contains { $0["name"] as? String == "store" && $0["state"] as? String == "ok" })
        #expect(try daemon.ctl("status").output.contains(/store +ok\n/))
        #expect((status["statistics"] as? [String: Any])?["evi:subscriptions"] as? Int == 1)
        #expect(try daemon.ctl("status").output.contains(/evi subscriptions +1\n/))
        let ok = try daemon.ctl("check")
        #expect(
            ok.status == 0 && ok.output.hasPrefix("CARILLON OK - 1 subscription, 0 deliveries wait")
        )
        #expect(ok.output.contains(" | time="))
        #expect(try daemon.ctl("check", "--warning-time", "0").status == 1)
        #expect(try daemon.ctl("check", "--warning-time", "0", "--critical-time", "0").status == 2)
    }

    @Test("the service is found by --url before the command, behind it, and through a UNIX socket")
    func places() throws {
        let path = daemon.directory.path + "/http.sock"
        let other = try Daemon(["--listen", path])
        _ = try other.ctl("subscribe", "E_OTHER", "udp:127.0.0.1:9")
        for arguments in [
            ["--url", other.url, "events", "--subscribed"],
            ["events", "--subscribed", "--url", other.url],
            ["events", "--subscribed", "--url", "unix:" + path],
            ["events", "--subscribed", "--url", path],
        ] {
            let result = try ProgramRun.run(
                "carillonctl", arguments, environment: ["CARILLON_URL": daemon.url])
            #expect(
                result.status == 0 && result.output.contains("E_OTHER"), "\(arguments) \(result)")
        }
    }

    @Test("bench counts every notification and removes its subscriptions")
    func bench() throws {
        let result = try daemon.ctl(
            "bench", "--rate", "200", "--seconds", "1", "--subscribers", "3", "--json")
        let report = try #require(try Daemon.json(result) as? [String: Any])
        #expect(report["raised"] as? Int == 200)
        #expect(report["received"] as? Int == 600)
        #expect(report["lost"] as? Int == 0)
        let p50 = try #require(report["p50_microseconds"] as? Double)
        let p99 = try #require(report["p99_microseconds"] as? Double)
        #expect(p50 > 0 && p99 >= p50)
        #expect(try subscribers("E_CARILLONCTL_BENCH").isEmpty)
    }
}
