import EventCore
import Foundation
import TestSupport
import Testing

@Suite("MI over HTTP, as OpenSIPS answers")
struct MITests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
        _ = try client.send("PUT", "/events/E_SCRIPT")
        _ = try client.send("PUT", "/events/E_SCRIPT2")
    }

    private func ok(_ result: String) -> String { #"{"jsonrpc":"2.0","result":\#(result),"id":1}"# }

    private func error(_ code: Int, _ message: String, data: String? = nil) -> String {
        let data = data.map { #","data":"\#($0)""# } ?? ""
        return
            #"{"jsonrpc":"2.0","error":{"code":\#(code),"message":"\#(message)"\#(data)},"id":1}"#
    }

    private func number(of event: String) throws -> Int {
        try #require(try client.send("GET", "/events/\(event)").json["id"] as? Int)
    }

    @Test(
        "every command of the table answers by its name and by each alias, by position and by name",
        arguments: [
            (
                "evi:subscribe", #"["E_SCRIPT","udp:127.0.0.1:9",60]"#,
                #"{"event":"E_SCRIPT","socket":"udp:127.0.0.1:9","expire":60}"#
            ),
            ("evi:list", "[]", "{}"),
            ("evi:subscribers", #"["E_SCRIPT"]"#, #"{"event":"E_SCRIPT"}"#),
            ("evi:raise", #"["E_SCRIPT",["a"]]"#, #"{"params":["a"],"event":"E_SCRIPT"}"#),
            ("core:which", "[]", "{}"),
            ("core:help", #"["which"]"#, #"{"mi_cmd":"which"}"#),
            ("statistics:get", #"[["evi:events"]]"#, #"{"statistics":["evi:events"]}"#),
            ("core:version", "[]", "{}"),
            ("core:uptime", "[]", "{}"),
            ("statistics:list", #"[["evi:"]]"#, #"{"statistics":["evi:"]}"#),
            ("core:ps", "[]", "{}"),
            ("core:log_level", "[3]", #"{"level":3}"#),
        ])
    func names(name: String, positional: String, named: String) throws {
        try client.subscribe("E_SCRIPT", "udp:127.0.0.1:9")
        let row = try #require(Commands.row(named: name))
        for alias in [row.name] + row.aliases {
            for params in [positional, named] {
                let text = try client.mi(alias, params)
                #expect(
                    text.hasPrefix(#"{"jsonrpc":"2.0","result":"#), "\(alias) \(params): \(text)")
            }
        }
    }

    @Test("the test above knows every command but kill and rotate, which are refused")
    func everyCommand() {
        #expect(
            Commands.table.map(\.name) == [
                "evi:subscribe", "evi:list", "evi:subscribers", "evi:raise", "core:which",
                "core:help",
                "statistics:get", "statistics:list", "core:version", "core:uptime", "core:ps",
                "core:log_level", "core:reload", "core:kill", "event_flatstore:rotate",
            ])
    }

    @Test("subscribe answers OK; the default is an hour; 0 ends; names are not created")
    func subscribe() throws {
        #expect(
            try client.mi("event_subscribe", #"["E_SCRIPT","udp:127.0.0.1:9"]"#) == ok(#""OK""#))
        #expect(try client.subscribers().first?["expire"] as? Int == 3_600)
        #expect(
            try client.mi("event_subscribe", #"["E_SCRIPT","udp:127.0.0.1:9",0]"#) == ok(#""OK""#))
        #expect(try client.subscribers().isEmpty)
        let unknown = try client.mi("event_subscribe", #"["E_NOBODY","udp:127.0.0.1:9"]"#)
        #expect(unknown.contains(#""error":{"code":400,"message":"Bad parameter value""#))
        #expect(try client.send("GET", "/events/E_NOBODY").status == 404)
    }

    @Test("events_list has name and id of each event, the six of the core first")
    func list() throws {
        let text = try client.mi("events_list", "[]")
        #expect(
            text.hasPrefix(
                #"{"jsonrpc":"2.0","result":{"Events":[{"name":"E_CORE_SR_STATUS_CHANGED","id":0},{"name":"E_CORE_THRESHOLD","id":1},"#
            ))
        #expect(
            text.hasSuffix(#"{"name":"E_SCRIPT2","id":\#(try number(of: "E_SCRIPT2"))}]},"id":1}"#))
    }

    @Test("subscribers_list: all, of one event, one subscriber, none; newest first; ttl rounds up")
    func subscribers() throws {
        let id = try number(of: "E_SCRIPT")
        let id2 = try number(of: "E_SCRIPT2")
        #expect(try client.mi("subscribers_list", "[]") == ok(#"{"Events":[]}"#))
        #expect(try client.mi("subscribers_list", #"["E_SCRIPT"]"#) == ok(#"{"Event":{}}"#))
        try client.subscribe("E_SCRIPT", "udp:127.0.0.1:15101", #""permanent":true"#)
        try client.subscribe("E_SCRIPT2", "udp:127.0.0.1:15101", #""expire":100"#)
        try client.subscribe("E_SCRIPT2", "udp:127.0.0.1:15102", #""permanent":true"#)
        let one = #"{"socket":"udp:127.0.0.1:15101","expire":"never"}"#
        let two = #"{"socket":"udp:127.0.0.1:15102","expire":"never"}"#
        let timed = #"{"socket":"udp:127.0.0.1:15101","expire":100,"ttl":100}"#
        #expect(
            try client.mi("subscribers_list", "[]")
                == ok(
                    #"{"Events":[{"name":"E_SCRIPT","id":\#(id),"Subscribers":[\#(one)]},{"name":"E_SCRIPT2","id":\#(id2),"Subscribers":[\#(two),\#(timed)]}]}"#
                ))
        #expect(
            try client.mi("subscribers_list", #"["E_SCRIPT"]"#)
                == ok(#"{"Event":{"name":"E_SCRIPT","id":\#(id),"Subscribers":[\#(one)]}}"#))
        #expect(
            try client.mi("subscribers_list", #"["E_SCRIPT","udp:127.0.0.1:15101"]"#)
                == ok(#"{"Event":{"name":"E_SCRIPT","id":\#(id),"Subscriber":\#(one)}}"#))
    }

    @Test("a listing of more than a page is whole")
    func longListing() throws {
        for start in stride(from: 1, through: 2_501, by: 50) {
            let calls = (start..<start + 50).map {
                #"{"jsonrpc":"2.0","method":"evi:subscribe","params":["E_SCRIPT","udp:127.0.0.1:\#($0)"]}"#
            }
            #expect(try client.mi("[" + calls.joined(separator: ",") + "]").status == 204)
        }
        let text = try client.mi("evi:subscribers", #"["E_SCRIPT"]"#)
        #expect(text.matches(of: /"socket"/).count == 2_550)
        #expect(try client.allSubscribers().count == 2_550)
    }

    @Test("the errors of OpenSIPS, byte for byte")
    func errors() throws {
        let wrongCount = error(-32602, "Invalid params", data: "Too few or too many parameters")
        let wrongNames = error(-32602, "Invalid params", data: "Named parameters do not match")
        func badType(_ name: String) -> String {
            error(-32602, "Invalid params", data: "Bad type for parameter '\(name)'")
        }
        let cases: [(String, String, String)] = [
            ("event_subscribe", "[]", wrongCount),
            ("event_subscribe", #"["E_SCRIPT"]"#, wrongCount),
            ("event_subscribe", #"["E_SCRIPT","udp:127.0.0.1:9",60,1]"#, wrongCount),
            ("events_list", "[1]", wrongCount),
            ("which", "[1]", badType("command")), ("version", "[1]", wrongCount),
            ("get_statistics", "[]", wrongCount),
            ("event_subscribe", #"{"event":"E_SCRIPT","sock":"udp:127.0.0.1:9"}"#, wrongNames),
            ("event_subscribe", #"{"event":"E_SCRIPT"}"#, wrongNames),
            ("event_subscribe", #"["","udp:127.0.0.1:9"]"#, badType("event")),
            ("event_subscribe", #"["E_SCRIPT",""]"#, badType("socket")),
            ("event_subscribe", #"[7,"udp:127.0.0.1:9"]"#, badType("event")),
            ("event_subscribe", #"["E_SCRIPT",null]"#, badType("socket")),
            ("event_subscribe", #"["E_SCRIPT","udp:127.0.0.1:9","abc"]"#, badType("expire")),
            (
                "event_subscribe", #"["E_SCRIPT","udp:127.0.0.1:9",-1]"#,
                error(-32602, "Invalid params", data: "Negative expire value")
            ),
            ("subscribers_list", #"["E_NOBODY"]"#, error(404, "Event not published")),
            (
                "subscribers_list", #"["E_SCRIPT","udp:127.0.0.1:9"]"#,
                error(404, "Subscriber does not exist")
            ),
            (
                "subscribers_list", #"["E_SCRIPT","nonsense"]"#,
                error(404, "Subscriber does not exist")
            ),
            ("raise_event", #"["E_NOBODY"]"#, error(404, "Event not registered")),
            ("raise_event", #"["no name"]"#, error(404, "Event not registered")),
            ("raise_event", #"["E_SCRIPT"]"#, error(480, "Temporarily Unavailable")),
            ("nope", "[]", error(-32601, "Method not found")),
            ("EVI:LIST", "[]", error(-32601, "Method not found")),
            ("raise", #"["E_SCRIPT"]"#, error(-32601, "Method not found")),
        ]
        for (method, params, expected) in cases {
            let answer = try client.mi(
                #"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params),"id":1}"#)
            #expect(answer.text == expected, "\(method) \(params)")
            #expect(answer.status == 200)
            #expect(answer.fields["content-type"] == "application/json")
        }
    }

    @Test(
        "errors with a sentence of ours as data",
        arguments: [
            ("event_subscribe", #"["E_SCRIPT","udp:127.0.0.1:0"]"#, 400, "Bad parameter value"),
            ("event_subscribe", #"["E_SCRIPT","nope:x"]"#, 400, "Bad parameter value"),
            (
                "event_subscribe", #"["E_SCRIPT","udp:127.0.0.1:9",31536001]"#, -32602,
                "Invalid params"
            ),
            ("raise_event", #"["E_SCRIPT",["a",null]]"#, 400, "Bad Params"),
            ("raise_event", #"["E_SCRIPT",{"a":[1]}]"#, 400, "Bad Params"),
            ("raise_event", #"["E_SCRIPT","text"]"#, 400, "Bad Params"),
            ("raise_event", #"["E_SCRIPT","[1]"]"#, 400, "Bad Params"),
            ("raise_event", #"["E_SCRIPT",5]"#, 400, "Bad Params"),
            ("raise_event", #"["E_CORE_THRESHOLD"]"#, 403, "Forbidden"),
            ("help", #"["nope"]"#, 404, "Unknown MI command"),
        ])
    func explained(method: String, params: String, code: Int, message: String) throws {
        let text = try client.mi(method, params)
        let head = #"{"jsonrpc":"2.0","error":{"code":\#(code),"message":"\#(message)","data":""#
        #expect(text.hasPrefix(head), "\(text)")
    }

    @Test("raise: an array of values, an object, or text that holds one (all OpenSIPS can read)")
    func raise() throws {
        let receiver = DatagramReceiver()
        try client.subscribe("E_SCRIPT", receiver.socketText)
        for (params, written) in [
            ("", ""), (",[]", ""), (#",["a","b"]"#, #","params":["a","b"]"#),
            (",[5]", #","params":[5]"#),
            (#",{"k":"v","n":5,"f":1.5,"t":true}"#, #","params":{"k":"v","n":5,"f":1.5,"t":true}"#),
            (
                #","{\"k\":\"v\",\"n\":5,\"f\":1.5,\"big\":5000000000}""#,
                #","params":{"k":"v","n":5,"f":1.5,"big":5000000000}"#
            ),
            (#","{}""#, ""),
        ] {
            #expect(try client.mi("raise_event", #"["E_SCRIPT"\#(params)]"#) == ok(#""OK""#))
            #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_SCRIPT"\#(written)}"#)
        }
    }

    @Test("which, help, version, uptime and statistics")
    func inspect() throws {
        let names = Commands.names.map { "\"\($0)\"" }.joined(separator: ",")
        #expect(try client.mi("which", "[]") == ok("[\(names)]"))
        let help = try client.mi("help", #"["raise_event"]"#)
        #expect(help.hasPrefix(#"{"jsonrpc":"2.0","result":{"Help":""#))
        #expect(help.hasSuffix(#"","Exported by":"evi"},"id":1}"#))
        #expect(try client.mi("version", "[]") == ok(#"{"Server":"Carillon 0.1.0"}"#))
        let uptime = try client.mi("uptime", "[]")
        #expect(
            uptime.contains(/"result":\{"Now":"[^"]+","Up since":"[^"]+","Up time":"\d+ \[sec\]"\}/)
        )
        #expect(try client.mi("get_statistics", #"[["evi:raised"]]"#) == ok(#"{"evi:raised":0}"#))
        #expect(try client.mi("get_statistics", #"{"statistics":["nope","no:"]}"#) == ok("{}"))
        let group = try client.mi("get_statistics", #"[["store:"]]"#)
        #expect(group.contains(#""store:commits":"#) && !group.contains("evi:"))
    }

    @Test("a notification is carried out and answered 204, wherever it stands")
    func notifications() throws {
        let receiver = DatagramReceiver()
        try client.subscribe("E_SCRIPT", receiver.socketText)
        let call = #"{"jsonrpc":"2.0","method":"raise_event","params":["E_SCRIPT"]}"#
        let answer = try client.mi(call)
        #expect(answer.status == 204)
        #expect(answer.body.isEmpty)
        #expect(receiver.receive() != nil)
        #expect(try client.mi("[\(call),\(call)]").status == 204)
        #expect(receiver.receive() != nil)
        #expect(receiver.receive() != nil)
        #expect(try client.mi(#"{"jsonrpc":"2.0","method":"nope"}"#).status == 204)
        let subscribe =
            #"{"jsonrpc":"2.0","method":"event_subscribe","params":["E_SCRIPT2","udp:127.0.0.1:9"]}"#
        #expect(try client.mi(subscribe).status == 204)
        #expect(try client.subscribers("?event=E_SCRIPT2").count == 1)
    }

    @Test("a batch is answered in order, notifications left out; 64 calls, not 65; never none")
    func batches() throws {
        let mixed = try client.mi(
            """
            [{"jsonrpc":"2.0","method":"version","id":"a"},{"jsonrpc":"2.0","method":"version"},1,
            {"jsonrpc":"2.0","method":"nope","id":2},
            {"jsonrpc":"2.0","method":"evi:subscribe","params":["E_SCRIPT","udp:127.0.0.1:9"],"id":3}]
            """)
        #expect(
            mixed.text == #"[{"jsonrpc":"2.0","result":{"Server":"Carillon 0.1.0"},"id":"a"},"#
                + #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null},"#
                + #"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":2},"#
                + #"{"jsonrpc":"2.0","result":"OK","id":3}]"#)
        let call = #"{"jsonrpc":"2.0","method":"which","id":1}"#
        func batch(_ count: Int) -> String {
            "[" + Array(repeating: call, count: count).joined(separator: ",") + "]"
        }
        let full = try client.mi(batch(64)).body
        #expect((try JSONSerialization.jsonObject(with: Data(full)) as? [Any])?.count == 64)
        let refused =
            #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}"#
        #expect(try client.mi(batch(65)).text == refused)
        #expect(try client.mi("[]").text == refused)
    }

    @Test(
        "what is no request is -32600 with id null",
        arguments: [
            "{}", "5", "null", #""x""#, "true", #"{"jsonrpc":"1.0","method":"which","id":1}"#,
            #"{"jsonrpc":"2.0","method":1,"id":1}"#, #"{"jsonrpc":"2.0","id":1}"#,
            #"{"method":"which","id":1}"#,
            #"{"jsonrpc":"2.0","method":"which","id":{}}"#,
            #"{"jsonrpc":"2.0","method":"which","id":[]}"#,
            #"{"jsonrpc":"2.0","method":"which","id":true}"#,
            #"{"jsonrpc":"2.0","method":"which","id":1.5}"#,
            #"{"jsonrpc":"2.0","method":"which","id":null}"#,
            #"{"jsonrpc":2.0,"method":"which","id":1}"#,
            #"{"jsonrpc":"2.0","method":"which","params":"x","id":1}"#,
        ])
    func noRequest(body: String) throws {
        let answer = try client.mi(body)
        #expect(answer.status == 200)
        #expect(
            answer.text
                == #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}"#
        )
    }

    @Test(
        "the id comes back as it was written",
        arguments: [#""a""#, "0", "-7", "12345678901234567890", #""\u00e9\n""#, #""""#])
    func ids(id: String) throws {
        let answer = try client.mi(#"{"id":\#(id),"method":"nope","jsonrpc":"2.0"}"#)
        let written = id.replacing(#"\u00e9"#, with: "é")
        #expect(answer.text.hasSuffix(#""id":\#(written)}"#), "\(answer.text)")
    }
}
