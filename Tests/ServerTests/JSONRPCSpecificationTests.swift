import Foundation
import TestSupport
import Testing

/// The examples of section 7 of the JSON-RPC 2.0 specification, whose methods are replaced by ours.
@Suite("The JSON-RPC specification's examples on every JSON door")
struct JSONRPCSpecificationTests {
    private struct Case: Decodable {
        let name: String
        let request: String
        let response: String?
    }

    private struct File: Decodable {
        let cases: [Case]
    }

    /// A result of ours stands for every result there.
    private static let methods = [
        ("subtract", "core:which"), ("sum", "core:which"), ("get_data", "core:which"),
        ("notify_hello", "core:which"), ("notify_sum", "core:which"), ("update", "core:which"),
    ]

    @Test(
        "each example gets the documented kind of answer: result or error code, id, batch, or nothing",
        arguments: Door.json)
    func examples(door: Door) throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "../shared/data/jsonrpc-spec/cases.json")
        guard let data = try? Data(contentsOf: file) else {
            print("left out: ../shared/data/jsonrpc-spec is not here")
            return
        }
        let open = try OpenService()
        let cases = try JSONDecoder().decode(File.self, from: data).cases
        #expect(cases.count == 15)
        for one in cases {
            var request = one.request
            for (theirs, ours) in Self.methods {
                request.replace("\"\(theirs)\"", with: "\"\(ours)\"")
            }
            // Ours takes no parameters, where theirs took numbers.
            request.replace(
                /"params": (\[[0-9, ]*\]|\{"[a-z]+": \d+, "[a-z]+": \d+\})/, with: #""params": []"#)
            request.replace(#""params": ["hello"]"#, with: #""params": []"#)
            request.replace(#""params": {"name": "myself"}"#, with: #""params": {}"#)
            let answer = try open.send(request, through: door)
            guard let expected = one.response else {
                #expect(answer == nil, "\(one.name)")
                continue
            }
            let text = try #require(answer)
            #expect(try outline(text) == outline(expected), "\(one.name): \(text)")
        }
    }

    /// What must be equal: ids with `result` or the error's code and message; of a batch, sorted.
    private func outline(_ text: String) throws -> [String] {
        let json = try JSONSerialization.jsonObject(
            with: Data(text.utf8), options: .fragmentsAllowed)
        let responses = json as? [[String: Any]] ?? [json as? [String: Any] ?? [:]]
        let lines = responses.map { response in
            let error = response["error"] as? [String: Any]
            let kind = error.map { "\($0["code"] ?? "") \($0["message"] ?? "")" } ?? "result"
            return "\(response["jsonrpc"] ?? "") \(response["id"] ?? "") \(kind)"
        }
        return (json is [Any] ? ["batch"] : []) + lines.sorted()
    }
}
