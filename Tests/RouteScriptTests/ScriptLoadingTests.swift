import RouteScript
import Testing

/// What loading refuses before it reads anything, how its errors look, and what it finds out.
@Suite struct ScriptLoadingTests {
    private func load(_ text: String) throws(ScriptErrors) -> Script {
        try load(Array(text.utf8))
    }

    private func load(_ bytes: [UInt8], _ limits: ScriptLimits = ScriptLimits())
        throws(ScriptErrors) -> Script
    {
        try Script.load(
            SourceText(name: "test.cfg", bytes: bytes), limits: limits, include: ScriptFile.include)
    }

    private func errors(_ bytes: [UInt8], _ limits: ScriptLimits = ScriptLimits()) -> [String] {
        do throws(ScriptErrors) {
            _ = try load(bytes, limits)
            return []
        } catch {
            return error.problems.map { "\($0.position) \($0.message)" }
        }
    }

    @Test("an error is printed with its place, its line, and a caret below it")
    func printed() {
        let error = #expect(throws: ScriptErrors.self) {
            try load("route {\n\tfoo();\n    $var(x) = $bar;\n}\n")
        }
        let expected = """
            test.cfg:2:2: There is no function `foo`.
            \tfoo();
            \t^
            test.cfg:3:15: There is no variable `$bar`. Did you mean 'var'?
                $var(x) = $bar;
                          ^
            """
        #expect(error?.description == expected)
    }

    @Test("a caret stands below its place, whatever is before it")
    func caret() throws {
        let error = try #require(throws: ScriptErrors.self) { try load("/* é→🦄 */ nonsense") }
        #expect(
            error.problems.first?.description.split(separator: "\n").last == "          ^")
    }

    @Test("of a long line an error repeats what is around its place")
    func longLine() throws {
        let line = String(repeating: "x", count: 5_000) + " " + String(repeating: "y", count: 5_000)
        let error = try #require(throws: ScriptErrors.self) { try load("route { }\n" + line) }
        let problem = try #require(error.problems.first)
        #expect(problem.excerpt.utf8.count <= ScriptLimits.excerptBytesMax)
        #expect(problem.caret <= problem.excerpt.utf8.count + 1)
    }

    @Test(
        "P04: NUL bytes, no UTF-8, too long a line or script are errors with their place"
    )
    func unreadable() {
        #expect(
            errors(Array("route {\n  \0}".utf8)) == ["test.cfg:2:3 A NUL byte; a script is text."])
        #expect(
            errors(Array("# \n# x".utf8) + [0xFF, 0x0A]) == [
                "test.cfg:2:4 Bytes that are no UTF-8."
            ])
        let line = [UInt8](repeating: UInt8(ascii: " "), count: 1_048_576)
        #expect(errors(line) == ["test.cfg:1:1 A line has at most 65536 bytes."])
        let huge = [UInt8](repeating: 0x0A, count: 64 * 1_024 * 1_024)
        #expect(errors(huge) == ["test.cfg:1:1 A script has at most 16777216 bytes."])
    }

    @Test(
        "P03: a hundred thousand parentheses or braces are an error, not the end of us",
        arguments: ["{", "(", "["])
    func nested(_ bracket: String) {
        var limits = ScriptLimits()
        limits.lineBytesMax = 1_000_000
        let text = "route { if (" + String(repeating: bracket, count: 100_000)
        #expect(
            errors(Array(text.utf8), limits).contains {
                $0.contains("Nested more than 200") || $0.contains("expected")
            })
    }

    @Test("after a hundred errors it stops looking for more")
    func manyErrors() throws {
        let text = "route {\n" + String(repeating: "nope();\n", count: 1_000) + "}"
        let error = try #require(throws: ScriptErrors.self) { try load(text) }
        #expect(error.problems.count == ScriptLimits().problemsMax)
    }

    @Test("included files count towards the limit of bytes, and nest 16 deep")
    func includeLimits() {
        var limits = ScriptLimits()
        limits.sourceBytesMax = 150
        let small = Array("include_file \"one.cfg\"\ninclude_file \"one.cfg\"".utf8)
        #expect(
            errors(small, limits) == [
                "test.cfg:2:14 `one.cfg`, line 1: A script has at most 150 bytes."
            ])

        let deep = { (path: String, from: String) throws(IncludeError) -> SourceText in
            let number = Int(path) ?? 0
            return SourceText(name: path, bytes: Array("include_file \"\(number + 1)\"".utf8))
        }
        let error = #expect(throws: ScriptErrors.self) {
            try Script.load(
                SourceText(name: "0", bytes: Array("include_file \"1\"".utf8)), include: deep)
        }
        #expect(error?.problems.map(\.message) == ["Included more than 16 levels deep."])
    }

    @Test("event names are those of routes and of literals, each once, in order")
    func eventNames() throws {
        let script = try load(
            """
            event_route[E_A] { raise_event("E_B"); raise_event($var(x)); raise_event("E_$var(x)"); }
            startup_route { subscribe_event("E_C", "udp:127.0.0.1:1"); raise_event("E_A"); }
            """)
        #expect(script.eventNames == ["E_A", "E_B", "E_C"])
    }

    @Test("routes have kind, name, interval and place")
    func routes() throws {
        let script = try load(
            "route { }\nroute[a] { }\n timer_route[t, 60] { }\nevent_route[E_X, sync] { }")
        #expect(script.routes.map(\.kind) == [.request, .request, .timer, .event])
        #expect(script.routes.map(\.name) == [nil, "a", "t", "E_X"])
        #expect(script.routes.map(\.seconds) == [nil, nil, 60, nil])
        #expect(script.routes.map(\.position.description)[2] == "test.cfg:3:2")
        #expect(script.route(.request) == script.routes[0])
        #expect(script.route(.event, "E_X") == script.routes[3])
        #expect(script.route(.event, "E_Y") == nil)
        #expect(script.warnings.count == 1)
    }

    @Test("settings are kept in order, with their places, for those who know what they mean")
    func settings() throws {
        let script = try load(
            """
            log_level=3 # notice
            socket=udp:127.0.0.1:5060 use_workers 4
            log_prefix="a # b"
            debug_mode=no
            loadmodule "modules/event_datagram.so"
            modparam("mi_fifo|httpd", "name", "value")
            modparam("httpd", "port", -8888)
            """)
        #expect(
            script.settings.map(\.kind) == [
                .global(name: "log_level", value: .integer(3)),
                .global(name: "socket", value: ScriptValue("udp:127.0.0.1:5060 use_workers 4")),
                .global(name: "log_prefix", value: ScriptValue("a # b")),
                .global(name: "debug_mode", value: .integer(0)),
                .module("event_datagram"),
                .parameter(module: "mi_fifo", name: "name", value: ScriptValue("value")),
                .parameter(module: "httpd", name: "name", value: ScriptValue("value")),
                .parameter(module: "httpd", name: "port", value: .integer(-8888)),
            ])
        #expect(script.settings.last?.position.description == "test.cfg:7:1")
        let problem = script.problem("no such port", at: try #require(script.settings.last))
        #expect(
            problem.description.contains(
                "test.cfg:7:1: no such port\nmodparam(\"httpd\", \"port\", -8888)\n^"))
    }

    @Test("P14: loading a thousand times, now and then with an error, gives the same every time")
    func reloaded() throws {
        for round in 0..<1_000 {
            let text =
                "event_route[E_X] { xlog(\"\(round)\"); \(round % 10 == 0 ? "nope();" : "") }"
            if round % 10 == 0 {
                #expect(throws: ScriptErrors.self) { try load(text) }
            } else {
                #expect(try load(text).routes.count == 1)
            }
        }
    }
}
