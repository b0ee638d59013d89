import EventCore
import RouteScript
import Testing

/// How a run is advanced: in slices, through effects, up to its limits.
@Suite struct ScriptRunTests {
    private let host = FakeHost()

    private func run(_ text: String, _ limits: ScriptLimits = ScriptLimits()) throws -> ScriptRun {
        let script = try Script.load(
            SourceText(name: "test.cfg", bytes: Array(text.utf8)), limits: limits,
            include: ScriptFile.include)
        return ScriptRun(script, try #require(script.routes.first))
    }

    private func moment(_ milliseconds: Int64) -> Moment {
        Moment(boot: milliseconds * 1_000_000, wall: milliseconds)
    }

    @Test("a slice ends after as many steps as it may take, and the run goes on from there")
    func slices() throws {
        var run = try run(
            "route { $var(i) = 0; while ($var(i) < 1000) $var(i) += 1; xlog(\"$var(i)\"); }")
        var slices = 0
        while case .sliced = run.advance(steps: 100, now: moment(0), host: host) {
            slices += 1
            #expect(run.steps <= slices * 100)
        }
        #expect(slices > 50)
        #expect(host.trace == ["log error 1000"])
    }

    @Test("a slice of no steps takes one all the same")
    func emptySlice() throws {
        var run = try run("route { }")
        guard case .finished = run.advance(steps: 0, now: moment(0), host: host) else {
            Issue.record("not finished")
            return
        }
    }

    @Test("an endless loop yields after each slice, and ends with its steps")
    func endless() throws {
        var limits = ScriptLimits()
        limits.stepsMax = 10_000
        var run = try run("route { while (1) { } }", limits)
        var slices = 0
        while case .sliced = run.advance(steps: 100, now: moment(0), host: host) { slices += 1 }
        #expect(slices == 99)
        guard case .failed(let error) = run.advance(steps: 100, now: moment(0), host: host) else {
            Issue.record("not failed")
            return
        }
        #expect(error.description.hasPrefix("test.cfg:1:"))
        #expect(error.kind == .steps)
    }

    @Test(
        "wherever in a loop the limit of steps is reached, there is a place to name",
        arguments: 100..<104)
    func limitAnywhere(_ steps: Int) throws {
        var limits = ScriptLimits()
        limits.stepsMax = steps
        var run = try run("route { while (1) { } }", limits)
        guard case .failed(let error) = run.advance(steps: 1_000, now: moment(0), host: host) else {
            Issue.record("not failed")
            return
        }
        #expect(error.position.line == 1)
    }

    @Test(
        "what goes through a long text costs steps by its length, so that slices stay short",
        arguments: [
            "if ($param(1) =~ \"x\") exit;", "$var(y) = $(param(1){s.len});",
            "$var(y) = $param(1) + \"\";", "xlog(\"$param(1)!\");",
        ])
    func longTexts(_ statement: String) throws {
        let script = try run("route { \(statement) }").script
        let text = String(repeating: "a", count: 64_000)
        let context = RunContext(params: Params(values: [.string(text)]))
        var run = ScriptRun(script, script.routes[0], context)
        while case .sliced = run.advance(steps: 100, now: moment(0), host: host) {}
        #expect(run.steps > 1_000)
    }

    @Test("while it waits for an effect, time does not count")
    func waiting() throws {
        var limits = ScriptLimits()
        limits.nanosecondsMax = 10_000_000
        var run = try run(
            "route { rest_get(\"h:/\", $var(b)); xlog(\"$var(b)\"); while (1) { } }", limits)
        guard case .waiting(.http(let call)) = run.advance(steps: 10, now: moment(0), host: host)
        else {
            Issue.record("does not wait")
            return
        }
        #expect(call == HTTPCall(method: "GET", url: "h:/", body: [], contentType: nil))
        run.resume(
            with: .http(HTTPAnswer(status: 200, contentType: nil, body: Array("x".utf8))),
            now: moment(60_000))
        guard case .sliced = run.advance(steps: 10, now: moment(60_009), host: host) else {
            Issue.record("has not gone on")
            return
        }
        #expect(host.trace == ["log error x"])
        guard case .failed(let error) = run.advance(steps: 10, now: moment(60_011), host: host)
        else {
            Issue.record("has not ended")
            return
        }
        #expect(error.kind == .time)
    }

    @Test("AVPs of a run can be those of the next")
    func avpsKept() throws {
        var first = try run("route { $avp(a) = 1; $avp(a) = \"x\"; $avp(b) = 2; $avp(b) := NULL; }")
        guard case .finished = first.advance(steps: 100, now: moment(0), host: host) else {
            Issue.record("not finished")
            return
        }
        #expect(first.avps.map(\.name) == ["a"])
        let script = try run("route { xlog(\"$(avp(a)[*])\"); }").script
        var second = ScriptRun(script, script.routes[0], RunContext(avps: first.avps))
        _ = second.advance(steps: 100, now: moment(0), host: host)
        #expect(host.trace == ["log error x, 1"])
    }

    @Test("a run is a value: two copies go their own ways")
    func copies() throws {
        var one = try run(
            "route { $var(i) = 0; while ($var(i) < 50) $var(i) += 1; xlog(\"$var(i)\"); }")
        _ = one.advance(steps: 50, now: moment(0), host: host)
        var other = one
        while case .sliced = one.advance(steps: 50, now: moment(0), host: host) {}
        while case .sliced = other.advance(steps: 50, now: moment(0), host: host) {}
        #expect(host.trace == ["log error 50", "log error 50"])
        #expect(one.steps == other.steps)
    }
}
