import EventCore
import Glibc
import RouteScript
import WireFormats

/// Scripts: what an event_route costs beside a bare call of C, what loading does, and a call set up
/// by SIP from its text to the event that tells of it.
enum ScriptPart {
    private static let runs = 20_000
    private static let messages = 10_000
    private static let lines = 10_000

    /// As the tutorials have it: fetch the params, look at one, do something.
    private static let watcher = """
        event_route[E_PIKE_BLOCKED] {
            fetch_event_params("ip=$var(ip);count=$var(count)");
            if ($var(count) > 10) {
                $shv(blocked) = 1;
            }
        }
        """

    /// The accounting of the tutorial.
    private static let accounting = """
        route[ACC_VARS] {
            $avp(attrs) := NULL;
            $avp(vals) := NULL;
            $avp(attrs) = "from";
            $avp(vals) = $fU;
            $avp(attrs) = "to";
            $avp(vals) = $rU;
            $avp(attrs) = "callid";
            $avp(vals) = $ci;
        }
        route {
            route(ACC_VARS);
            if (!has_totag() && is_method("INVITE")) {
                raise_event("E_SCRIPT_CALL_START", $avp(attrs), $avp(vals));
            } else if (is_method("CANCEL|BYE")) {
                raise_event("E_SCRIPT_CALL_STOP", $avp(attrs), $avp(vals));
            }
        }
        """

    static func run(rounds: Int) throws {
        let watcher = try load(watcher)
        let accounting = try load(accounting)
        let message = invite
        let long = (0..<lines / 10).map(block).joined()
        let host = CountingHost()
        let params = Params(named: [("ip", .string("192.0.2.7")), ("count", .integer(42))])
        for _ in 0..<rounds {
            let event = try nanoseconds {
                for _ in 0..<runs {
                    try run(watcher, 0, RunContext(event: "E_PIKE_BLOCKED", params: params), host)
                }
            }
            var letters: Int32 = 0
            let call = nanoseconds {
                for letter in 0..<Int32(runs) { letters &+= toupper(letter & 127) }
            }
            precondition(letters != 0)
            let routed = try nanoseconds {
                for _ in 0..<messages {
                    var context = RunContext()
                    context.message = try SIPMessage(parsing: message)
                    try run(accounting, 1, context, host)
                }
            }
            let loaded = try nanoseconds { _ = try load(long) }
            print(
                #"{"event_ns":\#(event / Double(runs)),"call_ns":\#(call / Double(runs)),"#
                    + #""message_ns":\#(routed / Double(messages)),"bytes":\#(message.count),"#
                    + #""load_ns":\#(loaded)}"#)
        }
        guard host.raised == rounds * messages else { throw MeasuringError.unexpectedReply }
    }

    private static func load(_ text: String) throws -> Script {
        try Script.load(SourceText(name: "bench.cfg", bytes: Array(text.utf8))) {
            _, _ throws(IncludeError) in throw IncludeError("there is no such file.")
        }
    }

    private static func run(
        _ script: Script, _ route: Int, _ context: RunContext, _ host: CountingHost
    ) throws {
        var run = ScriptRun(script, script.routes[route], context)
        let now = Moment(boot: 0, wall: 0)
        guard case .finished = run.advance(steps: 10_000, now: now, host: host) else {
            throw MeasuringError.unexpectedReply
        }
    }

    /// Ten lines of a long script.
    private static func block(_ number: Int) -> String {
        """
        route[R\(number)] {
            # a comment of the usual length
            if ($var(a\(number % 50)) > \(number) && $hdr(X-Number) =~ "^[0-9]+$") {
                $avp(list) = "text with $var(b) in it";
                xlog("L_INFO", "$fU calls $rU in $ci\\n");
                raise_event("E_SCRIPT_\(number % 20)", $avp(list));
            } else {
                $var(b) = $(var(c){s.substr,0,3}) + "x" + $time(%H);
            }
        }

        """
    }

    /// A call set up by a telephone, 815 bytes.
    private static let invite = Array(
        """
        INVITE sip:+41445550177@sip.example.net;user=phone SIP/2.0
        Via: SIP/2.0/UDP 198.51.100.23:5060;branch=z9hG4bK-524287-1---8a1f2d0c93b7e45a;rport
        Max-Forwards: 70
        Contact: <sip:alice@198.51.100.23:5060;transport=udp>
        To: <sip:+41445550177@sip.example.net;user=phone>
        From: "Alice Example" <sip:alice@sip.example.net>;tag=5c7e2b1f
        Call-ID: 97576NjQ5ZTMzMzc0ODEyNTU0MTk0ZDkzNzBkMDMzYjI
        CSeq: 1 INVITE
        Allow: OPTIONS, SUBSCRIBE, NOTIFY, INVITE, ACK, CANCEL, BYE, REFER, INFO
        Content-Type: application/sdp
        Supported: replaces, outbound
        User-Agent: Softphone 5.8.1 rev 104
        Content-Length: 210

        v=0
        o=- 13290764128 1 IN IP4 198.51.100.23
        s=Softphone 5.8.1
        c=IN IP4 198.51.100.23
        t=0 0
        m=audio 52418 RTP/AVP 9 8 0 101
        a=rtpmap:9 G722/8000
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-15
        a=sendrecv

        """.replacing("\n", with: "\r\n").utf8)
}

/// A host that only counts.
private final class CountingHost: ScriptHost {
    private(set) var raised = 0
    private var shared = ScriptValue.integer(0)

    func raise(_ event: String, _ params: Params, depth: Int) -> Int64 {
        raised += 1
        return params.items.count == 3 ? 1 : -1
    }
    func subscribe(_ event: String, _ socket: String, expire: Int64?) -> Int64 { 1 }
    func log(_ level: ScriptLogLevel, _ text: [UInt8]) {}
    func statistic(_ name: String) -> Int64? { nil }
    func updateStatistic(_ name: String, by amount: Int64) -> Bool { false }
    func resetStatistic(_ name: String) -> Bool { false }
    func sharedVariable(_ name: String) -> ScriptValue { shared }
    func setSharedVariable(_ name: String, _ value: ScriptValue) { shared = value }
    func cacheStore(
        _ cache: String, _ key: [UInt8], _ value: ScriptValue, expire: Int64?, now: Moment
    ) -> Bool { false }
    func cacheFetch(_ cache: String, _ key: [UInt8], now: Moment) -> ScriptValue? { nil }
    func cacheRemove(_ cache: String, _ key: [UInt8], now: Moment) -> Bool { false }
    func environment(_ name: String) -> [UInt8]? { nil }
    func random() -> UInt64 { 4 }
}
