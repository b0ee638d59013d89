import Foundation
import TestSupport
import Testing
import WireFormats

@testable import carillonctl

@Suite("carillonctl route test")
struct LaboratoryTests {
    private let directory: PrivateDirectory

    init() throws {
        directory = try PrivateDirectory()
    }

    private func write(_ name: String, _ text: String) throws -> String {
        let path = directory.path + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func test(
        _ script: String, _ replay: String? = nil, _ flags: String..., input: String? = nil
    ) throws -> ProgramRun.Result {
        var arguments = ["route", "test", try write("script.cfg", script)] + flags
        if let replay { arguments += ["--replay", try write("replay.ndjson", replay)] }
        return try ProgramRun.run("carillonctl", arguments, input: input)
    }

    private static let blocked = """
        startup_route {
            subscribe_event("E_PIKE_BLOCKED", "udp:127.0.0.1:8888", 1200);
        }
        event_route[E_PIKE_BLOCKED] {
            fetch_event_params("ip=$var(ip)");
            xlog("L_NOTICE", "IP $var(ip) at $time(%H:%M:%S)\\n");
            $avp(attrs) = "ip";
            $avp(vals) = $var(ip);
            raise_event("E_SCRIPT_SEEN", $avp(attrs), $avp(vals));
        }
        event_route[E_SCRIPT_SEEN] {
            exit;
        }
        """

    @Test("occurrences are replayed at their times; what is raised reaches the other routes")
    func replay() throws {
        let result = try test(
            Self.blocked,
            """
            {"time":"2026-11-21T09:00:00Z","socket":"udp:127.0.0.1:5000","event":"E_PIKE_BLOCKED","params":{"ip":"192.0.2.7"}}

            {"event":"E_UNKNOWN"}
            """)
        #expect(
            result.output == """
                2026-11-21T09:00:00.000Z  startup_route
                    subscribed  E_PIKE_BLOCKED  udp:127.0.0.1:8888  expire=1200
                    ended       end  return_code=1  steps=\(steps(result, 0))
                2026-11-21T09:00:00.000Z  event_route[E_PIKE_BLOCKED]  {"ip":"192.0.2.7"}
                    logged      notice: IP 192.0.2.7 at 09:00:00
                    raised      E_SCRIPT_SEEN  {"ip":"192.0.2.7"}
                    ended       end  return_code=1  steps=\(steps(result, 1))
                2026-11-21T09:00:00.000Z  event_route[E_SCRIPT_SEEN]  {"ip":"192.0.2.7"}
                    ended       exit  return_code=\(exitCode(result))  steps=\(steps(result, 2))

                """)
        #expect(result.errors == "2 occurrences, 3 runs, 0 aborted.\n")
        #expect(result.status == 0)
    }

    /// How many steps runs take is the interpreter's business.
    private func steps(_ result: ProgramRun.Result, _ run: Int) -> String {
        let ends = result.output.split(separator: "steps=").dropFirst()
        return ends.dropFirst(run).first.map { String($0.prefix { $0.isNumber }) } ?? ""
    }

    private func exitCode(_ result: ProgramRun.Result) -> String {
        result.output.split(separator: "exit  return_code=").dropFirst().first
            .map { String($0.prefix { !$0.isWhitespace }) } ?? ""
    }

    @Test("for programs there is an object a line, and the same twice")
    func json() throws {
        let replay = #"{"event":"E_PIKE_BLOCKED","params":{"ip":"192.0.2.7"}}"#
        let once = try test(Self.blocked, replay, "--json")
        #expect(try test(Self.blocked, replay, "--json").output == once.output)
        let lines = try once.output.split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(
            lines.compactMap { $0["type"] as? String } == [
                "run", "subscribed", "ended", "run", "logged", "raised", "ended", "run", "ended",
            ])
        #expect(lines[0]["time"] as? String == "1970-01-01T00:00:00.000Z")
        #expect(lines[1]["expire"] as? Int == 1_200)
        #expect(lines[3]["params"] as? [String: String] == ["ip": "192.0.2.7"])
        #expect(lines[5]["params"] as? [String: String] == ["ip": "192.0.2.7"])
    }

    @Test("time that goes by runs timers, and ends subscriptions of routes")
    func timers() throws {
        let script = """
            startup_route { subscribe_event("E_A", "route:E_B", 15); }
            timer_route[tick, 10] { xlog("L_INFO", "tick $Ts\\n"); raise_event("E_A"); }
            event_route[E_B] { xlog("L_INFO", "told\\n"); }
            """
        let result = try test(script, #"{"after": 20}"#, "--seconds", "10")
        #expect(
            result.output.split(separator: "\n").filter { $0.contains("logged") }.map(\.words) == [
                "logged info: tick 10", "logged info: told", "logged info: tick 20",
                "logged info: tick 30",
            ])
    }

    @Test("routes are run by name, with variables, statistics and SIP messages; calls get answers")
    func runs() throws {
        let script = """
            route[LOAD] {
                if ($stat(tcp-load) > $var(limit)) { raise_event("E_SCRIPT_TCP_LOAD"); }
                rest_get("http://127.0.0.1/a", $var(body), $var(type), $var(code));
                xlog("L_INFO", "$var(code) $var(body)\\n");
            }
            onreply_route[acc] {
                if (t_check_status("200")) { xlog("L_INFO", "$ci from $si\\n"); }
            }
            """
        let result = try test(
            script,
            """
            {"statistics": {"tcp-load": 90}}
            {"answer": {"status": 200, "body": "hello"}}
            {"route": "LOAD", "variables": {"limit": 80}}
            {"route": "acc", "kind": "onreply_route", "source_ip": "192.0.2.1", \
            "sip": "SIP/2.0 200 OK\\nCall-ID: 7@x\\nCSeq: 1 INVITE"}
            {"route": "LOAD", "variables": {"limit": 95}}
            """)
        let lines = result.output.split(separator: "\n").map(\.words)
        #expect(lines.contains("raised E_SCRIPT_TCP_LOAD"))
        #expect(lines.contains("called GET http://127.0.0.1/a → 200"))
        #expect(lines.contains("logged info: 200 hello"))
        #expect(lines.contains("logged info: 7@x from 192.0.2.1"))
        #expect(lines.filter { $0.hasPrefix("raised") }.count == 1)
        #expect(lines.contains("called GET http://127.0.0.1/a → refused"))
    }

    @Test("a run that a limit ends is said, and so is the exit status")
    func aborted() throws {
        let result = try test("startup_route { while (1) { $var(a) = 1; } }")
        #expect(result.status == 1)
        #expect(result.output.contains("aborted     "))
        #expect(result.errors.contains("1 aborted"))
    }

    @Test("a script that does not load says everything that is wrong with it")
    func errors() throws {
        let result = try test("route {\n  nope();\n  $var(a) = ;\n}\n")
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("script.cfg:2:3: "))
        #expect(result.errors.contains("script.cfg:3:"))
        #expect(result.errors.contains("  ^\n"))
        #expect(result.errors.contains("is not loaded: 2 errors."))
    }

    @Test("files that a script includes are looked for beside it")
    func includes() throws {
        _ = try write("more.cfg", "startup_route { xlog(\"L_INFO\", \"more\\n\"); }")
        let result = try test("include_file \"more.cfg\"\n")
        #expect(result.output.contains("info: more"))
        #expect(try test("include_file \"none.cfg\"\n").status == 1)
    }

    @Test(
        "a line of the replay that makes no sense is told with its number, before anything runs",
        arguments: [
            "{", "[]", "{}", #"{"event": 5}"#, #"{"event": "E", "x": 1}"#,
            #"{"event": "E", "params": 5}"#,
            #"{"event": "E", "params": {"a": null}}"#, #"{"event": "E", "time": "today"}"#,
            #"{"after": -1}"#, #"{"after": 604801}"#, #"{"route": "x", "kind": "nope"}"#,
            #"{"route": "x", "sip": "nonsense"}"#, #"{"statistics": {"a": "b"}}"#,
            #"{"answer": {}}"#,
            #"{"answer": {"failed": "maybe"}}"#,
        ])
    func badLines(line: String) throws {
        let result = try test(Self.blocked, "{\"event\": \"E_A\"}\n" + line)
        #expect(result.status == 1 && result.output.isEmpty)
        #expect(result.errors.contains("replay.ndjson:2: "))
    }

    @Test("a line may not go back in time, nor run a route that there is none of")
    func badSteps() throws {
        let back = try test(
            Self.blocked,
            """
            {"event": "E_A", "time": "2026-11-21T09:00:00Z"}
            {"event": "E_A", "time": "2026-11-21T08:59:59Z"}
            """)
        #expect(back.status == 1 && back.errors.contains(":2: time: "))
        let missing = try test(Self.blocked, #"{"route": "nope"}"#)
        #expect(missing.status == 1 && missing.errors.contains(":1: route: "))
    }

    @Test("standard input can be the replay, and the command line is checked")
    func usage() throws {
        let path = try write("script.cfg", Self.blocked)
        let piped = try ProgramRun.run(
            "carillonctl", ["route", "test", path, "--replay", "-"],
            input: #"{"event": "E_SCRIPT_SEEN"}"#)
        #expect(piped.output.contains("event_route[E_SCRIPT_SEEN]"))
        let wrong = try ProgramRun.run(
            "carillonctl", ["route", "test", path, "--seconds", "604801"])
        #expect(wrong.status == 2)
        let none = try ProgramRun.run("carillonctl", ["route", "test", path + "x"])
        #expect(none.status == 1 && none.errors.contains("No such file"))
    }
}

extension Substring {
    /// With one blank where there are several.
    fileprivate var words: String { split(separator: " ").joined(separator: " ") }
}
