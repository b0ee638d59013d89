import Foundation
import Net
import Server
import Synchronization
import TestSupport
import Testing

/// The examples of OpenSIPS's tutorial, on the whole service.
@Suite("The tutorial's scripts do for real what the text says")
struct TutorialTests {
    /// Braces that the stored text lacks are back, `else if` has its parentheses, one `)` too many is gone, and the
    /// two routes that handle calls call ACC_VARS.
    private static let accounting = """
        startup_route {
           subscribe_event("E_SCRIPT_CALL_START", "udp:127.0.0.1:PORT");
           subscribe_event("E_SCRIPT_CALL_STOP", "udp:127.0.0.1:PORT");
           subscribe_event("E_SCRIPT_CALL_ESTABLISHED", "udp:127.0.0.1:PORT");
        }
        route[ACC_VARS] {
           # first cleanup whatever it was there before this
           $avp(attrs) := NULL;
           $avp(vals) := NULL;
           $avp(attrs) = "from";
           $avp(vals) = $fU;
           if (has_totag()) {
              $avp(attrs) = "to";
              $avp(vals) = $rU;
           }
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
        onreply_route[acc] {
           if (t_check_status("200")) {
              raise_event("E_SCRIPT_CALL_ESTABLISHED", $avp(attrs), $avp(vals));
           }
        }
        """

    private static func request(_ method: String, to tag: String, cseq: Int) -> String {
        """
        \(method) sip:bob@192.0.2.8 SIP/2.0\\r\\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK74b43\\r\\n\
        Max-Forwards: 70\\r\\nFrom: Alice <sip:alice@example.com>;tag=9fxced76sl\\r\\n\
        To: Bob <sip:bob@example.net>\(tag)\\r\\nCall-ID: 3848276298220188511@example.com\\r\\n\
        CSeq: \(cseq) \(method)\\r\\nContent-Length: 0\\r\\n\\r\\n
        """
    }

    private static let ok = """
        SIP/2.0 200 OK\\r\\nVia: SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bK74b43\\r\\n\
        From: Alice <sip:alice@example.com>;tag=9fxced76sl\\r\\nTo: Bob <sip:bob@example.net>;tag=8321234356\\r\\n\
        Call-ID: 3848276298220188511@example.com\\r\\nCSeq: 1 INVITE\\r\\nContent-Length: 0\\r\\n\\r\\n
        """

    @Test(
        "accounting: SIP text of a call raises start, established and stop, with from, to and callid"
    )
    func accounting() throws {
        let receiver = DatagramReceiver()
        let scripts = try ScriptService(Self.accounting, receiver: receiver)
        func params(_ event: String, _ more: String) -> String {
            #"{"jsonrpc":"2.0","method":"E_SCRIPT_CALL_\#(event)","params":{"callid":"3848276298220188511@example.com",\#(more)"from":"alice"}}"#
        }
        let invite = Self.request("INVITE", to: "", cseq: 1)
        #expect(try scripts.run("route", #"{"sip":"\#(invite)"}"#).status == 200)
        #expect(receiver.receive() == params("START", ""))
        #expect(try scripts.run("acc", #"{"sip":"\#(Self.ok)"}"#).status == 200)
        #expect(receiver.receive() == params("ESTABLISHED", ""))
        let bye = Self.request("BYE", to: ";tag=8321234356", cseq: 2)
        #expect(try scripts.run("route", #"{"sip":"\#(bye)"}"#).status == 200)
        #expect(receiver.receive() == params("STOP", #""to":"bob","#))
    }

    @Test("event_route: subscribed by itself, and runs when the event is raised from outside")
    func eventRoute() throws {
        let scripts = try ScriptService(
            """
            event_route[E_PIKE_BLOCKED] {
               fetch_event_params("ip=$avp(pike-ip)");
               $shv(blocked) = $avp(pike-ip);
               xlog("IP $avp(pike-ip) has been blocked\\n");
            }
            route[blocked] { xlog("$shv(blocked)"); }
            """)
        let found = try scripts.subscription("E_PIKE_BLOCKED", "route:E_PIKE_BLOCKED")
        #expect(found?["permanent"] as? Bool == true && found?["transport"] as? String == "route")
        try scripts.client.raise("E_PIKE_BLOCKED", #"{"ip":"192.0.2.7"}"#)
        #expect(try eventually { try scripts.logged("blocked") == ["192.0.2.7"] })
        let id = try #require(found?["id"] as? String)
        #expect(
            try eventually {
                try scripts.client.deliveries("/subscriptions/\(id)")["delivered"] as? Int == 1
            })
    }

    @Test("event_subscribe … route:E_X 60 gives the route's subscription an expiry")
    func expiry() throws {
        let scripts = try ScriptService("event_route[E_PIKE_BLOCKED] { exit; }")
        #expect(
            try scripts.client.mi(
                "event_subscribe", #"["E_PIKE_BLOCKED","route:E_PIKE_BLOCKED",60]"#
            ).contains(#""result":"OK""#))
        let found = try scripts.client.subscribers("?event=E_PIKE_BLOCKED")
        #expect(found.count == 1 && found[0]["expire"] as? Int == 60)
        #expect(
            try scripts.client.mi("event_subscribe", #"["E_PIKE_BLOCKED","route:E_OTHER"]"#)
                .contains("the script has no event_route of this name"))
    }

    @Test("the TCP load check raises E_SCRIPT_TCP_LOAD under real load, and not without")
    func load() throws {
        let receiver = DatagramReceiver(deadlineMilliseconds: 30_000)
        let scripts = try ScriptService(
            """
            startup_route { subscribe_event("E_SCRIPT_TCP_LOAD", "udp:127.0.0.1:PORT"); }
            timer_route[load, 1] { route(TCP_LOAD_CHECK); }
            route[TCP_LOAD_CHECK] {
               if ($stat(tcp-load) > 80) {
                  # raise the event, specifying the limit and the real load
                  $avp(attrs) = "limit";
                  $avp(vals) = 80;
                  $avp(attrs) = "load";
                  $avp(vals) = $stat(tcp-load);
                  raise_event("E_SCRIPT_TCP_LOAD", $avp(attrs), $avp(vals));
               }
            }
            """, receiver: receiver
        ) { $0.workers = 1 }
        #expect(receiver.receiveNow() == nil)
        let port = scripts.service.port
        let isOver = Flag()
        let clients = (0..<8).map { _ in
            Thread {
                guard let client = try? RawHTTPClient(.tcp(host: "127.0.0.1", port: port)) else {
                    return
                }
                let request = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
                while !isOver.isSet {
                    client.send(String(repeating: request, count: 100))
                    guard client.responses(100).count == 100 else { return }
                }
            }
        }
        defer { isOver.set() }
        for client in clients { client.start() }
        let notification = receiver.receive() ?? ""
        #expect(notification.hasPrefix(#"{"jsonrpc":"2.0","method":"E_SCRIPT_TCP_LOAD""#))
        #expect(notification.contains(#""limit":80"#) && notification.contains(#""load":"#))
    }
}

/// Says once, to all threads, that it is over.
final class Flag: Sendable {
    private let value = Mutex(false)

    /// Whether it was said.
    var isSet: Bool { value.withLock { $0 } }

    /// Says it.
    func set() { value.withLock { $0 = true } }
}
