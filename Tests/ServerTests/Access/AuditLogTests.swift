import Logging
import TestSupport
import Testing

@testable import Server

@Suite("The audit in the log")
struct AuditLogTests {
    @Test("a line for every change: who, from where, what, and what came of it")
    func changes() throws {
        let files = try AccessFiles()
        try files.add("ops", "admin")
        try files.add("board", "read")
        let recorder = LineRecorder()
        let service = try RunningService(log: recorder.log) { $0.tokensFile = files.tokens }
        let client = try service.client()
        func send(_ method: String, _ path: String, _ body: String? = nil, _ who: String = "ops")
            throws
        {
            _ = try client.send(method, path, body, fields: bearer(who))
        }
        let body = #"{"event":"E_A","socket":"udp:127.0.0.1:8888","expire":60}"#
        try send("POST", "/subscriptions", body)
        try send("POST", "/subscriptions", body)
        try send("PATCH", "/subscriptions/1", #"{"expire":90}"#)
        try send("GET", "/subscriptions/1")
        try send("POST", "/events/E_A/raise", "{}")
        try send("DELETE", "/subscriptions/1")
        try send("DELETE", "/subscriptions/1")
        try send("PUT", "/events/E_B")
        try send("POST", "/events/E_A/raise", "{}", "board")
        service.stop()
        let lines = recorder.lines.filter { $0.hasPrefix("AUDIT: ") }.map {
            $0.replacing(/from=127\.0\.0\.1:[0-9]+/, with: "from=ADDRESS")
                .replacing(/request=[0-9a-f]{16}/, with: "request=ID")
        }
        #expect(
            lines == [
                "AUDIT: what=subscribe who=ops from=ADDRESS request=ID event=E_A id=1 socket=udp:127.0.0.1:8888 expire=60 result=created",
                "AUDIT: what=subscribe who=ops from=ADDRESS request=ID event=E_A id=1 socket=udp:127.0.0.1:8888 expire=60 result=renewed",
                "AUDIT: what=renew who=ops from=ADDRESS request=ID id=1 event=E_A socket=udp:127.0.0.1:8888 expire=90 result=renewed",
                "AUDIT: what=unsubscribe who=ops from=ADDRESS request=ID id=1 result=ended",
                "AUDIT: what=unsubscribe who=ops from=ADDRESS request=ID id=1 result=subscription_not_found",
                "AUDIT: what=publish who=ops from=ADDRESS request=ID event=E_B result=created",
                "AUDIT: what=raise who=board from=ADDRESS event=E_A result=forbidden",
            ])
    }

    @Test("a test of a subscriber is told, with what it found")
    func tests() throws {
        let recorder = LineRecorder()
        let service = try RunningService(log: recorder.log)
        let client = try service.client()
        let receiver = DatagramReceiver()
        try client.subscribe("E_A", receiver.socketText)
        #expect(try client.send("POST", "/subscriptions/1/test").status == 200)
        service.stop()
        let line = recorder.lines.first { $0.hasPrefix("AUDIT: what=test who=- ") }
        #expect(
            line?.hasSuffix(
                " id=1 event=E_A socket=\(receiver.socketText) result=sent_unconfirmed") == true)
    }

    @Test("a change of how much is logged is told, however little is logged")
    func levels() throws {
        let recorder = LineRecorder()
        var log = recorder.log
        log.logLevel = .error
        let service = try RunningService(log: log)
        let client = try service.client()
        try client.subscribe("E_A", "udp:127.0.0.1:9")
        _ = try client.mi(#"{"jsonrpc":"2.0","method":"log_level","params":[-1],"id":1}"#)
        _ = try client.mi(#"{"jsonrpc":"2.0","method":"log_level","id":2}"#)
        service.stop()
        let lines = recorder.lines.filter { $0.hasPrefix("AUDIT: ") }
        #expect(lines.count == 1 && lines.first?.hasPrefix("AUDIT: what=log_level who=- ") == true)
        #expect(lines.first?.hasSuffix(" level=-1 result=done") == true)
    }

    @Test("a stranger's text cannot begin a line of its own, and no refused socket is shown")
    func injection() throws {
        let recorder = LineRecorder()
        let service = try RunningService(log: recorder.log)
        let client = try service.client()
        try client.subscribe(#"E\r\nAUDIT: who=root\u001b[2J"#, "rabbitmq:u:secret@h/x")
        service.stop()
        let lines = recorder.lines.filter { $0.contains("AUDIT") }
        #expect(lines.count == 1)
        #expect(
            lines[0].contains(
                #"event="E\u000d\u000aAUDIT: who=root\u001b[2J" result=invalid_event"#))
        #expect(!lines[0].contains("secret"))
    }
}

@Suite("Text in log lines")
struct LogTextTests {
    @Test(
        "plain text stays, all else is quoted and escaped",
        arguments: [
            ("udp:127.0.0.1:8888", "udp:127.0.0.1:8888"), ("", #""""#), ("a b", #""a b""#),
            ("a=b", #""a=b""#), (#"a"\"#, #""a\"\\""#), ("a\r\nb", #""a\u000d\u000ab""#),
            ("\u{1B}[31m", #""\u001b[31m""#), ("\u{85}\u{9B}", #""\u0085\u009b""#),
            ("a\u{202E}b\u{2066}", #""a\u202eb\u2066""#), ("\u{2028}\u{FEFF}", #""\u2028\ufeff""#),
            ("\u{E0041}", #""\u{e0041}""#), ("Grüße", #""Grüße""#), ("\u{0}", #""\u0000""#),
        ])
    func values(text: String, expected: String) {
        #expect(LogText.value(text) == expected)
    }

    @Test("no value is longer than 512 bytes, and none is cut inside an escape or a character")
    func cut() {
        let long = LogText.escaped(String(repeating: "\n", count: 600))
        #expect(long.utf8.count <= LogText.bytesMax && long.hasSuffix(#"\u000a…"#))
        let wide = LogText.escaped(String(repeating: "ü", count: 600))
        #expect(wide.utf8.count <= LogText.bytesMax && wide.hasSuffix("ü…"))
        #expect(
            LogText.value(String(repeating: "a", count: 600)).utf8.count <= LogText.bytesMax + 2)
        #expect(LogText.value(String(repeating: "a", count: 512)).hasPrefix("aaa"))
    }
}
