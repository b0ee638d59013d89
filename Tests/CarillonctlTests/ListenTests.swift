import Foundation
import Net
import TestSupport
import Testing

@Suite("carillonctl listen")
struct ListenTests {
    let daemon: Daemon

    init() throws {
        daemon = try Daemon()
    }

    private func sockets(_ event: String) throws -> [[String: Any]] {
        let client = try JSONClient(port: daemon.port)
        return try client.send("GET", "/subscribers?event=" + event).json["subscribers"]
            as? [[String: Any]] ?? []
    }

    @Test("over UDP, UNIX and HTTP at once: each prints what was raised, --count ends it")
    func everyTransport() throws {
        let listener = try daemon.start(
            "listen", "--json", "--count", "3", "udp:", "unix:", "http:", "E_L")
        #expect(
            eventually { listener.errors.split(separator: "\n").count == 3 },
            "\(listener.errors)")
        #expect(try sockets("E_L").count == 3)
        _ = try daemon.ctl("raise", "E_L", "who=front", "n=5")
        let result = listener.wait()
        #expect(result.status == 0)
        let lines = result.output.split(separator: "\n").compactMap {
            try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
        #expect(lines.count == 3)
        #expect(
            Set(lines.compactMap { ($0["socket"] as? String)?.prefix(4) }) == [
                "udp:", "unix", "http",
            ])
        for line in lines {
            #expect(line["event"] as? String == "E_L")
            #expect((line["params"] as? [String: Any])?["n"] as? Int == 5)
        }
        #expect(try sockets("E_L").isEmpty)
    }

    @Test("Ctrl-C and SIGTERM unsubscribe and end with 0", arguments: [SIGINT, SIGTERM])
    func ends(signal: Int32) throws {
        let listener = try daemon.start("listen", "E_S", "E_S2")
        #expect(eventually { listener.errors.contains("Listening on udp:") })
        #expect(try sockets("E_S").count == 1)
        listener.signal(signal)
        #expect(listener.wait().status == 0)
        #expect(try sockets("E_S").isEmpty && sockets("E_S2").isEmpty)
    }

    @Test("a line for people; control characters from the network do not reach the terminal")
    func text() throws {
        let listener = try daemon.start("listen", "--count", "2", "--format", "lines", "E_P")
        #expect(eventually { listener.errors.contains("Listening") })
        _ = try daemon.ctl("raise", "E_P", "ip=192.0.2.7", "port=5060")
        _ = try daemon.ctl("raise", "E_P", "\u{1B}[2J", "b")
        let lines = listener.wait().output.split(separator: "\n")
        try #require(lines.count == 2)
        #expect(lines[0].hasSuffix("  E_P  ip=192.0.2.7 port=5060"))
        #expect(lines[1].hasSuffix("  E_P  \\u{1b}[2J b"))
    }

    @Test("subscriptions are renewed before they end")
    func renews() throws {
        let listener = try daemon.start("listen", "--expire", "5", "E_R")
        #expect(eventually { listener.errors.contains("Listening") })
        let first = try #require(try sockets("E_R").first?["expires_at"] as? String)
        #expect(
            try eventually(within: 8) {
                try sockets("E_R").first?["expires_at"] as? String != first
            })
        #expect(try sockets("E_R").count == 1)
        listener.signal(SIGINT)
        #expect(listener.wait().status == 0)
    }

    @Test("a reader that goes away ends it, and nothing stays subscribed")
    func brokenPipe() throws {
        let shell = Process()
        shell.executableURL = URL(fileURLWithPath: "/bin/sh")
        shell.arguments = [
            "-c", "\"$0\" listen E_B 2>/dev/null | head -n 1",
            ProgramRun.programs.path + "/carillonctl",
        ]
        shell.environment = ["CARILLON_URL": daemon.url, "PATH": "/usr/bin:/bin"]
        shell.standardOutput = FileHandle.nullDevice
        try shell.start()
        #expect(try eventually { try sockets("E_B").count == 1 })
        #expect(
            try eventually {
                _ = try daemon.ctl("raise", "E_B")
                return try sockets("E_B").isEmpty
            })
        shell.waitUntilExit()
    }

    @Test("TCP: values one after the other, split anywhere; those with an id are answered")
    func stream() throws {
        let service = try LoopbackReceiver { request in
            request.head.hasPrefix("POST") ? .status(201, #"{"id":"1"}"#) : .status(204)
        }
        let listener = try ProgramRun(
            "carillonctl", ["listen", "--count", "2", "--raw", "tcp:", "E_TCP"],
            environment: ["CARILLON_URL": service.url])
        #expect(
            eventually { listener.errors.contains("Listening on tcp:") }, "\(listener.errors)"
        )
        let subscribed = try #require(service.wait(for: 1).first?.body)
        let port = try #require(
            subscribed.split(separator: "\"").first { $0.hasPrefix("tcp:127.0.0.1:") }?.split(
                separator: ":"
            ).last)
        let client = try RawHTTPClient(.tcp(host: "127.0.0.1", port: try #require(UInt16(port))))
        let call = #"{"jsonrpc":"2.0","method":"E_TCP","id":7}"#
        client.send(call + #"{"jsonrpc":"2.0","me"#)
        #expect(eventually { listener.output == call + "\n" })
        client.send(#"thod":"E_TCP"}"#)
        #expect(
            listener.wait().output == call + "\n" + #"{"jsonrpc":"2.0","method":"E_TCP"}"# + "\n")
        #expect(service.wait(for: 2).last?.head.hasPrefix("DELETE /subscriptions/1 ") == true)
        service.stop()
    }
}
