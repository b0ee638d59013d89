import EventCore
import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("openapi.yaml is what the service does")
struct ContractTests {
    let contract: ContractDocument

    init() throws { contract = try ContractDocument() }

    @Test("the route table is the document, both ways, in one order")
    func routes() {
        let table = RouteTable.routes.map { "\($0.method) \($0.path) \($0.operation)" }
        let document = contract.operations.map { operation in
            let path = operation.path.replacing(/\{[a-z]+\}/, with: "{}")
            return "\(operation.method.lowercased()) \(path) \(operation.id)"
        }
        #expect(table.sorted() == document.sorted())
        #expect(!document.isEmpty)
    }

    @Test("every transport there is has its name in the document, and no other")
    func transports() throws {
        let service = try RunningService()
        let names = contract.root["components"]["schemas"]["TransportName"]["enum"].elements
        #expect(
            names.compactMap(\.string).sorted()
                == service.carillon.interface.transportNames.sorted())
    }

    @Test("GET /openapi.yaml is the file, byte for byte")
    func served() throws {
        let service = try RunningService()
        let answer = try service.client().send("GET", "/openapi.yaml")
        #expect(answer.fields["content-type"] == "application/yaml")
        #expect(answer.text == contract.text)
        #expect(Contract.bytes == Array(contract.text.utf8))
    }

    @Test("every example of a request gets a documented success, on a fresh service")
    func examples() throws {
        var count = 0
        for operation in contract.operations where !operation.isEndless {
            let bodies: [(name: String, json: String?)] =
                contract.bodies(of: operation).map { ($0.name, $0.json) }
            let queries = [""] + contract.queries(of: operation).map { "?" + $0 }
            for body in bodies.isEmpty ? [(name: "none", json: nil)] : bodies {
                for query in queries {
                    let answer = try run(operation, body.json, query)
                    let documented = operation.node["responses"].members.map(\.0)
                    #expect(
                        documented.contains("\(answer.status)"),
                        "\(operation.id) \(body.name) \(query)")
                    #expect(
                        (200..<300).contains(answer.status),
                        "\(operation.id) \(body.name): \(answer.text)")
                    try check(answer, of: operation)
                    count += 1
                }
            }
        }
        #expect(count >= 25)
    }

    /// Runs one example on a service of its own, where subscription 1 exists.
    private func run(
        _ operation: ContractDocument.Operation, _ body: String?, _ query: String
    ) throws -> JSONClient.Response {
        let script = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Contract/script.cfg").path
        let service = try RunningService { $0.script = script }
        let client = try service.client()
        if operation.path.contains("{id}") {
            try client.subscribe("E_PIKE_BLOCKED", "udp:127.0.0.1:9")
        }
        var target = contract.target(of: operation)
        if operation.path.hasPrefix("/occurrences/") {
            let id = try client.raise("E_PIKE_BLOCKED").json["id"] as? String
            target = "/occurrences/" + (id ?? "")
        }
        return try client.send(operation.method, target + query, body)
    }

    /// Holds an answer against the example of its status: the same members, or fewer where some are optional.
    private func check(
        _ answer: JSONClient.Response, of operation: ContractDocument.Operation
    ) throws {
        let response = contract.resolved(operation.node["responses"]["\(answer.status)"])
        for (name, header) in response["headers"].members {
            let header = contract.resolved(header)
            let field = answer.fields[name.lowercased()]
            if field == nil, header["required"] == .boolean(false) { continue }
            let value = try #require(field, "\(operation.id) \(name)")
            let schema = header["schema"]
            if let pattern = schema["pattern"].string {
                #expect(
                    value.range(of: pattern, options: .regularExpression) != nil,
                    "\(name): \(value)")
            }
            if let constant = schema["const"].string { #expect(value == constant) }
        }
        guard let media = response["content"].members.first else {
            #expect(answer.body.isEmpty)
            return
        }
        #expect(answer.fields["content-type"] == media.0)
        let schema = contract.resolved(media.1["schema"])
        guard media.0 == "application/json", schema["additionalProperties"] == .boolean(false)
        else { return }
        let allowed = schema["properties"].members.map(\.0)
        #expect(answer.json.keys.allSatisfy { allowed.contains($0) }, "\(operation.id)")
        for name in schema["required"].elements.compactMap(\.string) {
            #expect(answer.json[name] != nil, "\(operation.id): \(name)")
        }
    }

    @Test("the webhook's examples are what a receiver gets, byte for byte")
    func webhooks() throws {
        let service = try RunningService()
        let client = try service.client()
        let receiver = try LoopbackReceiver { _ in .status(204) }
        defer { receiver.stop() }
        let hook = contract.root["webhooks"]["notification"]["post"]
        let examples = hook["requestBody"]["content"]["application/json"]["examples"].members
        var expected: [String] = []
        for (name, example) in examples where name != "request" {
            let value = example["value"]
            let event = try #require(value["method"].string)
            try client.subscribe(event, receiver.url + "/")
            try client.raise(event, value["params"] == .null ? nil : value["params"].json)
            expected.append(value.json)
            #expect(receiver.wait(for: expected.count).last?.body == value.json)
        }
        #expect(expected.count == 3)
    }

    @Test("every code of a problem the document lists has one place in its table, and the reverse")
    func codes() {
        let listed = contract.root["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
            .elements.compactMap(\.string)
        let table = contract.text.matches(of: /\n    \| \d{3} \| (.*?) \|/)
            .flatMap { $0.output.1.matches(of: /`([a-z_]+)`/).map { String($0.output.1) } }
        #expect(Set(table).isSubset(of: Set(listed)))
        #expect(!table.isEmpty)
    }

    @Test(
        "every path answers every method: those it has, HEAD with GET, OPTIONS, and 405 with the exact Allow"
    )
    func methods() throws {
        let service = try RunningService()
        let client = try service.client()
        for path in contract.paths {
            let target = path.replacing("{id}", with: "1").replacing(
                "{name}", with: "E_PIKE_BLOCKED"
            ).replacing("{command}", with: "which")
            let allow = contract.allow(path)
            let own = allow.components(separatedBy: ", ")
            let options = try client.send("OPTIONS", target)
            #expect(options.status == 204)
            #expect(options.fields["allow"] == allow)
            #expect(options.body.isEmpty)
            for method in [
                "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY", "FOO",
                "PROPFIND", "get",
                "OPTIONSX", "M-SEARCH",
            ] where !own.contains(method) {
                let answer = try client.send(method, target)
                #expect(answer.status == 405, "\(method) \(target)")
                #expect(answer.fields["allow"] == allow, "\(method) \(target)")
                if method != "HEAD" { #expect(answer.code == "method_not_allowed") }
            }
        }
    }

    @Test("HEAD is GET without its body: same status, same length")
    func head() throws {
        let service = try RunningService()
        let client = try service.client()
        try client.subscribe("E_PIKE_BLOCKED", "udp:127.0.0.1:9", #""permanent":true"#)
        for operation in contract.operations
        where operation.method == "GET" && !operation.isEndless {
            let target = contract.target(of: operation)
            let get = try client.send("GET", target)
            let head = try client.send("HEAD", target)
            #expect(head.status == get.status)
            #expect(head.body.isEmpty)
            // Between two scrapes the numbers change, and with them the length.
            if operation.id != "getMetrics" {
                #expect(head.fields["content-length"] == "\(get.body.count)")
            }
            #expect(head.fields["content-type"] == get.fields["content-type"])
        }
    }

    @Test(
        "a method that no path has is 405 on ours and 404 elsewhere; CONNECT is 501; OPTIONS * is the whole"
    )
    func elsewhere() throws {
        let service = try RunningService()
        for method in ["GET", "POST", "DELETE", "TRACE", "OPTIONS"] {
            let answer = try service.client().send(method, "/nowhere")
            #expect(answer.status == 404, "\(method)")
            #expect(answer.code == "not_found")
        }
        let all = try service.client().send("OPTIONS", "*")
        #expect(all.status == 204)
        let connect = try service.client().send("CONNECT", "example.org:443")
        #expect(connect.status == 501)
        #expect(connect.code == "connect_refused")
    }
}
