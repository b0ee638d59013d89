// libFuzzer entry: whatever is loaded as a script, scanner, parser, compiler and interpreter neither
// crash nor hang, and every route ends by itself or by a limit.
import EventCore
import RouteScript
import WireFormats

/// One run of the fuzzer; always 0.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzScript(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    var limits = ScriptLimits()
    limits.stepsMax = 20_000
    limits.stringBytesMax = 4_096
    let source = SourceText(
        name: "fuzz", bytes: Array(UnsafeBufferPointer(start: data, count: count)))
    let script: Script
    do {
        script = try Script.load(source, limits: limits) { path, _ throws(IncludeError) in
            guard path == "again" else { throw IncludeError("there is no such file.") }
            return SourceText(name: path, bytes: source.bytes)
        }
    } catch {
        precondition(!error.problems.isEmpty, "refused without a reason")
        _ = error.description
        return 0
    }
    let host = FuzzHost()
    for route in script.routes {
        var context = RunContext(
            event: route.name,
            params: Params(named: [("ip", .string("192.0.2.7")), ("n", .integer(7))]))
        context.message = invite
        run(ScriptRun(script, route, context), on: host)
    }
    return 0
}

private func run(_ run: ScriptRun, on host: FuzzHost) {
    var run = run
    var now = Moment(boot: 0, wall: 1_700_000_000_000)
    while true {
        switch run.advance(steps: 1_000, now: now, host: host) {
        case .sliced: now.boot += 1_000_000
        case .waiting(.http):
            let answer = HTTPAnswer(status: 200, contentType: nil, body: Array("answer".utf8))
            run.resume(with: .http(answer), now: now)
        case .waiting(.mi): run.resume(with: .failed(.refused), now: now)
        case .finished, .failed:
            // Each slice ends soon after its steps.
            precondition(run.steps < 40_000, "the limit of steps does not hold")
            return
        }
    }
}

private let invite = try? SIPMessage(
    parsing: Array(
        """
        INVITE sip:bob@b.example SIP/2.0
        Via: SIP/2.0/UDP a.example;branch=z9hG4bK1
        From: "Alice" <sip:alice@a.example>;tag=1
        To: <sip:bob@b.example>
        Call-ID: 1@a.example
        CSeq: 1 INVITE

        v=0
        """.utf8))

/// A host that takes whatever it is given.
private final class FuzzHost: ScriptHost {
    private var cache = LocalCache()
    private var shared: [String: ScriptValue] = [:]

    func raise(_ event: String, _ params: Params, depth: Int) -> Int64 { 1 }
    func subscribe(_ event: String, _ socket: String, expire: Int64?) -> Int64 { -1 }
    func log(_ level: ScriptLogLevel, _ text: [UInt8]) {}
    func statistic(_ name: String) -> Int64? { name.isEmpty ? nil : 7 }
    func updateStatistic(_ name: String, by amount: Int64) -> Bool { true }
    func resetStatistic(_ name: String) -> Bool { false }
    func sharedVariable(_ name: String) -> ScriptValue { shared[name] ?? .integer(0) }
    func setSharedVariable(_ name: String, _ value: ScriptValue) { shared[name] = value }
    func cacheStore(
        _ cache: String, _ key: [UInt8], _ value: ScriptValue, expire: Int64?, now: Moment
    ) -> Bool {
        self.cache.store(cache, key, value, expire: expire, now: now)
    }
    func cacheFetch(_ cache: String, _ key: [UInt8], now: Moment) -> ScriptValue? {
        self.cache.fetch(cache, key, now: now)
    }
    func cacheRemove(_ cache: String, _ key: [UInt8], now: Moment) -> Bool {
        self.cache.remove(cache, key, now: now)
    }
    func environment(_ name: String) -> [UInt8]? { nil }
    func random() -> UInt64 { 4 }
}
