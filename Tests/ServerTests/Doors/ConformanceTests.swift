import EventCore
import Foundation
import TestSupport
import Testing

/// Every command through every door: the same effect, and replies that differ only as OpenSIPS's do.
@Suite("Doors of the management interface: conformance")
struct ConformanceTests {
    private let open: OpenService

    init() throws {
        open = try OpenService()
        _ = try open.client.send("PUT", "/events/E_SCRIPT")
    }

    private func json(_ result: String) -> String {
        #"{"jsonrpc":"2.0","result":\#(result),"id":1}"#
    }

    private func isJSON(_ door: Door) -> Bool { Door.json.contains(door) }

    private func number(of event: String) throws -> Int {
        try #require(try open.client.send("GET", "/events/\(event)").json["id"] as? Int)
    }

    @Test("subscribe, list, raise, unsubscribe have one effect", arguments: Door.allCases)
    func life(door: Door) throws {
        let receiver = DatagramReceiver()
        let socket = receiver.socketText
        let id = try number(of: "E_SCRIPT")
        let ok = isJSON(door) ? json(#""OK""#) : "200 OK\n\n"
        #expect(try open.call("event_subscribe", ["E_SCRIPT", socket, "60"], through: door) == ok)
        let shown = try open.client.subscribers()
        #expect(shown.count == 1 && shown.first?["expire"] as? Int == 60)
        #expect(shown.first?["socket"] as? String == socket)

        let listed = try open.call("subscribers_list", ["E_SCRIPT"], through: door)
        let listedOne = try open.call("subscribers_list", ["E_SCRIPT", socket], through: door)
        let lines =
            "200 OK\nEvent:: E_SCRIPT id=\(id)\n\tSubscriber::  socket=\(socket) expire=60\n\n"
        if isJSON(door) {
            let entry = #"{"socket":"\#(socket)","expire":60,"ttl":60}"#
            #expect(
                listed
                    == json(#"{"Event":{"name":"E_SCRIPT","id":\#(id),"Subscribers":[\#(entry)]}}"#)
            )
            #expect(
                listedOne
                    == json(#"{"Event":{"name":"E_SCRIPT","id":\#(id),"Subscriber":\#(entry)}}"#))
        } else {
            #expect(listed == lines && listedOne == lines)
        }

        #expect(try open.call("raise_event", ["E_SCRIPT"], through: door) == ok)
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_SCRIPT"}"#)
        #expect(try open.call("raise_event", ["E_SCRIPT", #"["a b"]"#], through: door) == ok)
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_SCRIPT","params":["a b"]}"#)
        let object = #"{"ip":"::1","n":5}"#
        #expect(try open.call("raise_event", ["E_SCRIPT", object], through: door) == ok)
        #expect(
            receiver.receive()
                == #"{"jsonrpc":"2.0","method":"E_SCRIPT","params":{"ip":"::1","n":5}}"#)

        #expect(try open.call("event_subscribe", ["E_SCRIPT", socket, "0"], through: door) == ok)
        #expect(try open.client.subscribers().isEmpty)
        let nobody = try open.call("raise_event", ["E_SCRIPT"], through: door)
        #expect(
            isJSON(door)
                ? nobody.contains(#""error":{"code":480,"message":"Temporarily Unavailable"}"#)
                : nobody == "480 Temporarily Unavailable\n\n")
        #expect(receiver.receiveNow() == nil)
    }

    @Test("the default is an hour", arguments: Door.allCases)
    func expireDefault(door: Door) throws {
        _ = try open.call("evi:subscribe", ["E_SCRIPT", "udp:127.0.0.1:9"], through: door)
        #expect(try open.client.subscribers().first?["expire"] as? Int == 3_600)
    }

    private static let errors: [(String, [String], json: String, lines: String)] = [
        (
            "event_subscribe", ["E_NO", "udp:127.0.0.1:9"],
            #""code":400,"message":"Bad parameter value""#,
            "400 Bad parameter\n\n"
        ),
        (
            "event_subscribe", ["E_SCRIPT", "carrier:pigeon"],
            #""code":400,"message":"Bad parameter value""#,
            "400 Bad parameter\n\n"
        ),
        (
            "event_subscribe", ["E_SCRIPT", "udp:127.0.0.1:0"],
            #""code":400,"message":"Bad parameter value""#,
            "400 Bad parameter\n\n"
        ),
        (
            "event_subscribe", ["E_SCRIPT", "udp:127.0.0.1:9", "soon"],
            #""code":-32602,"message":"Invalid params","data":"Bad type for parameter 'expire'""#,
            "400 Bad parameter\n\n"
        ),
        (
            "event_subscribe", ["E_SCRIPT", "udp:127.0.0.1:9", "31536001"], #""code":-32602"#,
            "400 Bad parameter\n\n"
        ),
        (
            "event_subscribe", ["E_SCRIPT"],
            #""code":-32602,"message":"Invalid params","data":"Too few or too many parameters""#,
            "400 Too few or too many arguments\n\n"
        ),
        (
            "event_subscribe", ["E_SCRIPT", "udp:127.0.0.1:9", "1", "2"],
            #""code":-32602,"message":"Invalid params","data":"Too few or too many parameters""#,
            "400 Too few or too many arguments\n\n"
        ),
        (
            "subscribers_list", ["E_NO"], #""code":404,"message":"Event not published""#,
            "404 Event not published\n\n"
        ),
        (
            "subscribers_list", ["E_SCRIPT", "udp:127.0.0.1:9"],
            #""code":404,"message":"Subscriber does not exist""#,
            "404 Subscriber does not exist\n\n"
        ),
        (
            "subscribers_list", ["E_SCRIPT", "nonsense"],
            #""code":404,"message":"Subscriber does not exist""#,
            "404 Subscriber does not exist\n\n"
        ),
        (
            "raise_event", ["E_NO"], #""code":404,"message":"Event not registered""#,
            "404 Event not registered\n\n"
        ),
        (
            "help", ["nope"], #""code":404,"message":"Unknown MI command""#,
            "404 Unknown MI command\n\n"
        ),
        ("log_level", ["0"], #""code":-32602"#, "400 Bad parameter\n\n"),
    ]

    @Test("errors are OpenSIPS's, and have no effect", arguments: Door.allCases)
    func errors(door: Door) throws {
        for (command, parameters, json, lines) in Self.errors {
            let answer = try open.call(command, parameters, through: door)
            if isJSON(door) {
                #expect(
                    answer.contains(#""error":{"# + json), "\(command) \(parameters): \(answer)")
            } else {
                #expect(answer == lines, "\(command) \(parameters)")
            }
        }
        #expect(try open.client.subscribers().isEmpty)
    }

    @Test(
        "kill, and raising the modules' own events, are for callers with a name: the kernel's word for UNIX and FIFO",
        arguments: Door.allCases)
    func named(door: Door) throws {
        let kill = try open.call("kill", [], through: door)
        let reserved = try open.call("raise_event", ["E_CORE_THRESHOLD"], through: door)
        let wasAsked = open.service.endsAskedFor
        switch door {
        case .http, .udpJSON:
            #expect(kill.contains(#""error":{"code":403,"message":"Forbidden""#))
            #expect(reserved.contains(#""error":{"code":403,"message":"Forbidden""#))
        case .udpLines: #expect(kill == "403 Forbidden\n\n" && reserved == kill)
        case .fifoJSON, .unixJSON:
            #expect(kill == json(#""OK""#) && reserved.contains(#""code":480"#))
        case .fifoLines, .unixLines:
            #expect(kill == "200 OK\n\n" && reserved == "480 Temporarily Unavailable\n\n")
        }
        switch door {
        case .http, .udpJSON, .udpLines: #expect(wasAsked == 0)
        case .fifoJSON, .unixJSON, .fifoLines, .unixLines: #expect(wasAsked == 1)
        }
    }

    @Test("an unknown command", arguments: Door.allCases)
    func unknown(door: Door) throws {
        let answer = try open.call("nope", [], through: door)
        switch door {
        case .fifoLines: #expect(answer == "500 command 'nope' not available\n")
        case .udpLines, .unixLines: #expect(answer == "500 command not available\n")
        case .http, .fifoJSON, .udpJSON, .unixJSON:
            #expect(
                answer
                    == #"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":1}"#
            )
        }
    }

    @Test("commands that only show", arguments: Door.allCases)
    func showing(door: Door) throws {
        func answer(_ command: String, _ parameters: [String] = []) throws -> String {
            try open.call(command, parameters, through: door)
        }
        let names = Commands.names
        let events = try answer("events_list")
        let statistics = try answer(
            "get_statistics", [isJSON(door) ? #"["evi:events"]"# : "evi:events"])
        let kinds = try answer("list_statistics", ["evi:raised"])
        let help = try answer("help", ["uptime"])
        let version = try answer("version")
        if isJSON(door) {
            #expect(
                try answer("which") == json("[" + names.map(literal).joined(separator: ",") + "]"))
            #expect(try answer("which", ["evi:raise"]) == json(#"[["event"],["event","params"]]"#))
            #expect(
                events.hasPrefix(
                    #"{"jsonrpc":"2.0","result":{"Events":[{"name":"E_CORE_SR_STATUS_CHANGED","id":0},"#
                ))
            #expect(statistics.contains(#"{"evi:events":"#))
            #expect(kinds == json(#"{"evi:raised":"incremental"}"#))
            #expect(help.contains(#""Exported by":"core""#))
            #expect(version == json(#"{"Server":"Carillon 0.1.0"}"#))
            #expect(try answer("uptime").contains(#""Up time":"0 [sec]""#))
            #expect(
                try answer("ps").contains(
                    #"{"Processes":[{"ID":0,"PID":\#(getpid()),"Type":"attendant"}"#))
            #expect(try answer("log_level").contains(#""Log level":2,"Type":"attendant""#))
            #expect(try answer("log_level", ["4"]) == json(#"{"New global log level":4}"#))
        } else {
            #expect(try answer("which") == "200 OK\n" + names.joined(separator: "\n") + "\n\n")
            #expect(try answer("which", ["evi:raise"]) == "200 OK\nevent\nevent params\n\n")
            #expect(events.hasPrefix("200 OK\nEvent:: E_CORE_SR_STATUS_CHANGED id=0\n"))
            #expect(events.hasSuffix("\n\n"))
            #expect(statistics.hasPrefix("200 OK\nevi:events:: "))
            #expect(kinds == "200 OK\nevi:raised:: incremental\n\n")
            #expect(help.hasSuffix("\nExported by:: core\n\n"))
            #expect(version == "200 OK\nServer:: Carillon 0.1.0\n\n")
            #expect(try answer("uptime").contains("\nUp time:: 0 [sec]\n\n"))
            #expect(
                try answer("ps").hasPrefix(
                    "200 OK\nProcess::  ID=0 PID=\(getpid()) Type=attendant\n"))
            #expect(try answer("log_level").contains(" Log level=2 Type=attendant\n"))
            #expect(try answer("log_level", ["4"]) == "200 OK\nNew global log level:: 4\n\n")
        }
    }

    @Test("every command of the table is called above through every door")
    func everyCommand() {
        let called = [
            "evi:subscribe", "evi:list", "evi:subscribers", "evi:raise", "core:which", "core:help",
            "statistics:get", "statistics:list", "core:version", "core:uptime", "core:ps",
            "core:log_level", "core:reload", "core:kill", "event_flatstore:rotate",
        ]
        #expect(Commands.table.map(\.name) == called)
    }

    @Test("REST has the same effect and the same errors in its own words")
    func rest() throws {
        let receiver = DatagramReceiver()
        #expect(
            try open.client.subscribe("E_SCRIPT", receiver.socketText, #""expire":60"#).status
                == 201)
        #expect(
            try open.call(
                "subscribers_list", ["E_SCRIPT", receiver.socketText], through: .udpLines
            )
            .contains("expire=60\n"))
        #expect(try open.client.raise("E_SCRIPT", #"{"ip":"::1"}"#).status == 202)
        #expect(
            receiver.receive() == #"{"jsonrpc":"2.0","method":"E_SCRIPT","params":{"ip":"::1"}}"#)
        #expect(
            try open.client.subscribe("E_SCRIPT", receiver.socketText, #""expire":0"#).status == 204
        )
        #expect(
            try open.call("subscribers_list", ["E_SCRIPT"], through: .fifoLines) == "200 OK\n\n")
        #expect(try open.client.subscribe("E_SCRIPT", "carrier:pigeon").status == 422)
    }
}
