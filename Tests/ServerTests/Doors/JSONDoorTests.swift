import EventCore
import Foundation
import Server
import TestSupport
import Testing

@Suite("GET /json/{command}, as OpenSIPS 2 had it")
struct JSONDoorTests {
    private let service: RunningService
    private let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
        try client.subscribe("E_SCRIPT", "udp:127.0.0.1:5003", #""expire":60"#)
    }

    private func get(_ target: String) throws -> String {
        let answer = try client.send("GET", "/json/" + target)
        #expect(answer.status == 200)
        #expect(answer.fields["content-type"] == "application/json")
        return answer.text
    }

    @Test("the shapes of mi_json 2.4, byte for byte")
    func shapes() throws {
        let id = try #require(try client.send("GET", "/events/E_SCRIPT").json["id"] as? Int)
        let one =
            #"{"Event": [{"value":"E_SCRIPT", "attributes":{"id": "\#(id)"}, "children":{"Subscriber": [{"attributes":{"socket": "udp:127.0.0.1:5003", "expire": "60"}}]}}]}"#
        #expect(try get("subscribers_list") == one)
        #expect(try get("subscribers_list?params=E_SCRIPT") == one)
        #expect(try get("subscribers_list?params=E_SCRIPT%2Cudp:127.0.0.1:5003") == one)
        #expect(try get("subscribers_list?params=E_SCRIPT,udp:127.0.0.1:5003,") == one)
        #expect(try get("subscribers_list?params=E_PIKE_BLOCKED") == "{}")
        #expect(
            try get("events_list").hasPrefix(
                #"{"Event": [{"value":"E_CORE_SR_STATUS_CHANGED", "attributes":{"id": "0"}}, "#))
        #expect(
            try get("get_statistics?params=evi:raised,evi:matched")
                == #"{"evi:raised": "0", "evi:matched": "0"}"#)
        #expect(try get("version") == #"{"Server": "Carillon 0.1.0"}"#)
    }

    @Test("errors of a command have status 200, as there")
    func errors() throws {
        #expect(
            try get("subscribers_list?params=E_NO")
                == #"{"error": {"code": 404, "message": "Event not published"}}"#)
        #expect(
            try get("subscribers_list?params=a,b,c")
                == #"{"error": {"code": 400, "message": "Too few or too many arguments"}}"#)
    }

    @Test("whatever changes something is 403, whatever its arguments")
    func forbidden() throws {
        let changing = ["event_subscribe", "evi:raise", "kill", "log_level?params=4"]
        for command in changing + ["event_subscribe?params=E_SCRIPT,udp:127.0.0.1:1"] {
            let answer = try client.send("GET", "/json/" + command)
            #expect(answer.status == 403 && answer.code == "forbidden", "\(command)")
        }
        #expect(try client.allSubscribers().count == 1)
        #expect(try client.send("GET", "/json/log_level").status == 200)
    }

    @Test("unknown commands and parameters, and methods that it does not have")
    func unknown() throws {
        #expect(try client.send("GET", "/json/nope").status == 404)
        #expect(try client.send("GET", "/json/").status == 404)
        #expect(try client.send("GET", "/json/which?x=1").status == 422)
        let post = try client.send("POST", "/json/which", "{}")
        #expect(post.status == 405 && post.fields["allow"] == "GET, HEAD, OPTIONS")
    }

    @Test("every command that only shows answers here with JSON")
    func everyCommand() throws {
        for row in Commands.table where row.role == nil || row.role == .read {
            let params = row.parameters.prefix { $0.isRequired }.map { _ in "which" }
            let text = try get("\(row.name)?params=" + params.joined(separator: ","))
            #expect((try? JSONSerialization.jsonObject(with: Data(text.utf8))) != nil, "\(text)")
        }
    }
}

@Suite("GET /json/{command} by callers who have shown who they are")
struct AuthorisedJSONDoorTests {
    private let service: RunningService
    private let client: JSONClient
    private let fields: [String: String]

    init() throws {
        let digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
        service = try RunningService {
            $0.basicUsers = ["ops:sha256:\(digest)", "board:sha256:\(digest)=read"]
        }
        client = try service.client()
        fields = ["Authorization": "Basic " + Data("ops:test".utf8).base64EncodedString()]
        _ = try client.send("PUT", "/events/E_A", fields: fields)
    }

    private let subscribe = "/json/event_subscribe?params=E_A,udp:127.0.0.1:9,60"

    @Test(
        "they may change things, if their role allows it; success without a result is an empty body"
    )
    func changes() throws {
        let answer = try client.send("GET", subscribe, fields: fields)
        #expect(answer.status == 200 && answer.text.isEmpty)
        let list = try client.send("GET", "/json/subscribers_list", fields: fields)
        #expect(list.text.contains(#""socket": "udp:127.0.0.1:9""#))
        let board = ["Authorization": "Basic " + Data("board:test".utf8).base64EncodedString()]
        #expect(
            try client.send("GET", subscribe, fields: board).text
                == #"{"error": {"code": 403, "message": "Forbidden"}}"#)
        #expect(try client.send("GET", "/json/which").status == 401)
    }

    @Test("no page of another origin can make their browsers do it")
    func crossSite() throws {
        for (name, value) in [
            ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
            ("Origin", "https://evil.example"),
        ] {
            let answer = try client.send(
                "GET", subscribe, fields: fields.merging([name: value]) { $1 })
            #expect(answer.status == 403, "\(name): \(value)")
        }
        #expect(
            try client.send("GET", "/subscribers", fields: fields).text.contains(
                #""subscribers":[]"#))
        let typed = fields.merging(["Sec-Fetch-Site": "none"]) { $1 }
        #expect(try client.send("GET", subscribe, fields: typed).status == 200)
    }
}

@Suite("HTTP over a UNIX socket")
struct UnixHTTPTests {
    @Test("curl --unix-socket subscribes, calls MI and the old JSON")
    func curl() throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/curl") else {
            print("left out: there is no /usr/bin/curl")
            return
        }
        let directory = try PrivateDirectory()
        let path = directory.path + "/http.sock"
        let service = try RunningService { $0.listen.append(path) }
        _ = try service.client().send("PUT", "/events/E_B")
        func curl(_ target: String, _ body: String? = nil) throws -> String {
            let process = Process()
            let output = Pipe()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/curl")
            process.arguments =
                ["-s", "--unix-socket", path, "http://localhost" + target]
                + (body.map { ["-H", "Content-Type: application/json", "-d", $0] } ?? [])
            process.standardOutput = output
            try process.run()
            let data = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return String(decoding: data, as: UTF8.self)
        }
        let subscribed = try curl("/subscriptions", #"{"event":"E_A","socket":"udp:127.0.0.1:9"}"#)
        #expect(subscribed.contains(#""socket":"udp:127.0.0.1:9""#))
        #expect(
            try curl("/mi", #"{"jsonrpc":"2.0","method":"version","id":1}"#)
                == #"{"jsonrpc":"2.0","result":{"Server":"Carillon 0.1.0"},"id":1}"#)
        #expect(try curl("/json/version") == #"{"Server": "Carillon 0.1.0"}"#)
        // The kernel says who calls: that is enough to change something by a mere link.
        #expect(try curl("/json/event_subscribe?params=E_B,udp:127.0.0.1:9,60") == "")
        #expect(try curl("/json/subscribers_list?params=E_B").contains(#""expire": "60""#))
        service.stop()
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
