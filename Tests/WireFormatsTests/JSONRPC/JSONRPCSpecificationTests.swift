import Testing
import WireFormats

/// The method table of the specification's examples.
private func run(_ request: JSONRPCRequest) -> Result<JSON, JSONRPCError> {
    func numbers(_ names: [String]) -> [Int64] {
        switch request.params {
        case .none: []
        case .positional(let values): values.compactMap(\.integerValue)
        case .named(let members): names.compactMap { JSON.object(members)[$0]?.integerValue }
        }
    }
    switch request.method {
    case "subtract":
        let both = numbers(["minuend", "subtrahend"])
        return both.count == 2 ? .success(.integer(both[0] - both[1])) : .failure(.invalidParams)
    case "sum": return .success(.integer(numbers([]).reduce(0, +)))
    case "get_data": return .success(["hello", 5])
    case "update", "notify_hello", "notify_sum": return .success(nil)
    default: return .failure(.methodNotFound)
    }
}

/// A body's answer; empty where there is none.
private func answer(_ body: [UInt8]) -> [UInt8] {
    func answer(_ call: JSONRPCCall) -> [UInt8]? {
        var bytes: [UInt8] = []
        switch call {
        case .refused(_, replyTo: nil): return nil
        case .refused(let error, let id?): bytes.appendResponse(to: id, error: error)
        case .request(let request):
            let outcome = run(request)
            guard let id = request.id else { return nil }
            switch outcome {
            case .success(let result): bytes.appendResponse(to: id, result: result)
            case .failure(let error): bytes.appendResponse(to: id, error: error)
            }
        }
        return bytes
    }
    switch JSONRPCMessage(parsing: body.span) {
    case .single(let call): return answer(call) ?? []
    case .batch(let calls):
        var bytes: [UInt8] = []
        bytes.appendBatch(calls.compactMap(answer))
        return bytes
    }
}

@Suite("JSON-RPC 2.0 specification")
struct JSONRPCSpecificationTests {
    @Test("all 15 examples of its section 7 are answered as printed there")
    func examples() throws {
        guard
            let file = SharedData.files(in: "jsonrpc-spec")?.first(where: {
                $0.name == "cases.json"
            })
        else { return }
        guard case .array(let cases) = try JSON(parsing: file.bytes.span)["cases"] else {
            Issue.record("no cases")
            return
        }
        #expect(cases.count == 15)
        for example in cases {
            let name = example["name"]?.stringValue ?? ""
            let request = try #require(example["request"]?.stringValue)
            let found = answer(Array(request.utf8))
            if let expected = example["response"]?.stringValue {
                let bytes = Array(expected.utf8)
                #expect(try JSON(parsing: found.span) == JSON(parsing: bytes.span), "\(name)")
            } else {
                #expect(found.isEmpty, "\(name)")
            }
        }
    }
}
