import Testing
import WireFormats

private func message(_ text: String) -> JSONRPCMessage {
    let bytes = Array(text.utf8)
    return JSONRPCMessage(parsing: bytes.span)
}

private func call(_ text: String) -> JSONRPCCall? {
    if case .single(let call) = message(text) { call } else { nil }
}

private func request(_ text: String) -> JSONRPCRequest? {
    if case .request(let request) = call(text) { request } else { nil }
}

/// Whether the whole body is refused with `error` and id null.
private func isRefused(_ text: String, _ error: JSONRPCError) -> Bool {
    guard case .refused(let found, let id) = call(text) else { return false }
    return found == error && id == .null
}

@Suite("JSON-RPC requests")
struct JSONRPCParserTests {
    @Test("positional, named and no params, members in any order, unknown ones ignored")
    func requests() throws {
        let positional = try #require(
            request(#"{"params":[1,"a"],"id":1,"method":"m","jsonrpc":"2.0","x":{"y":[]}}"#))
        #expect(positional.method == "m")
        #expect(positional.id == .number("1"))
        #expect(positional.params == .positional([1, "a"]))
        #expect(
            request(#"{"jsonrpc":"2.0","method":"m","params":{"b":1,"a":null},"id":1}"#)?.params
                == .named([("b", 1), ("a", nil)]))
        #expect(request(#"{"jsonrpc":"2.0","method":"m","id":1}"#)?.params == JSONRPCParams.none)
    }

    @Test("without an id it is a notification")
    func notification() {
        #expect(request(#"{"jsonrpc":"2.0","method":"m"}"#)?.isNotification == true)
        #expect(request(#"{"jsonrpc":"2.0","method":"m","id":0}"#)?.isNotification == false)
    }

    @Test(
        "a whole number or a string is an id and is given back as it came",
        arguments: [
            ("7", #"7"#), ("-7", "-7"), ("1.0", "1.0"), ("1e2", "1e2"), (#""""#, #""""#),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            (#""aé\n\"""#, #""aé\n\"""#),
        ])
    func ids(given: String, back: String) throws {
        let found = try #require(
            request(#"{"jsonrpc":"2.0","method":"m","id":\#(given)}"#))
        let id = try #require(found.id)
        #expect(
            written { $0.appendResponse(to: id, result: "OK") }
                == #"{"jsonrpc":"2.0","result":"OK","id":\#(back)}"#)
    }

    @Test(
        "D12 what is JSON and no request is Invalid Request with id null",
        arguments: [
            #"{"jsonrpc":"2.0","method":"m","id":{}}"#, #"{"jsonrpc":"2.0","method":"m","id":[1]}"#,
            #"{"jsonrpc":"2.0","method":"m","id":true}"#,
            #"{"jsonrpc":"2.0","method":"m","id":1.5}"#,
            #"{"jsonrpc":"2.0","method":"m","id":null}"#, #"{"jsonrpc":"1.0","method":"m","id":1}"#,
            #"{"jsonrpc":2.0,"method":"m","id":1}"#, #"{"method":"m","id":1}"#,
            #"{"jsonrpc":"2.0","method":1,"id":1}"#, #"{"jsonrpc":"2.0","id":1}"#,
            #"{"jsonrpc":"2.0","method":"m","params":"bar","id":1}"#,
            #"{"jsonrpc":"2.0","method":"m","params":null,"id":1}"#,
            "{}", "[]", "5", "null", "\"x\"", "true",
        ])
    func invalid(text: String) {
        #expect(isRefused(text, .invalidRequest))
    }

    @Test(
        "what is no JSON as we take it is a parse error with id null",
        arguments: [
            "", "{", #"{"jsonrpc":"2.0","method":"m","id":1"#, "[1,]", "{} {}",
            #"{"jsonrpc":"2.0","method":"m","method":"n","id":1}"#,
            #"{"jsonrpc":"2.0","method":"m","params":{"a":1,"a":2},"id":1}"#,
            #"{"jsonrpc":"2.0","method":"re\set","id":1}"#,
            #"[{"jsonrpc":"2.0","method":"m","id":1},{"jsonrpc""#,
        ])
    func unparsable(text: String) {
        #expect(isRefused(text, .unparsable))
    }

    @Test(
        "a param that cannot be kept exactly is Invalid params, told to the caller by its pointer")
    func unusable() throws {
        let big = #"{"jsonrpc":"2.0","method":"m","params":{"a":[12345678901234567890]},"id":9}"#
        guard case .refused(let error, let id) = call(big) else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == -32602)
        #expect(error.data?.stringValue?.hasSuffix("at /params/a/0") == true)
        #expect(id == .number("9"))
    }

    @Test("nobody is told where a notification's params cannot be used")
    func unusableNotification() throws {
        guard case .refused(_, let id) = call(#"{"jsonrpc":"2.0","method":"m","params":[1e999]}"#)
        else {
            Issue.record("not refused")
            return
        }
        #expect(id == nil)
    }

    @Test("D11 a batch of 64 is taken, one of 65 or 1,000 refused as a whole")
    func batchLimit() {
        func batch(_ count: Int) -> String {
            let calls = (0..<count).map { #"{"jsonrpc":"2.0","method":"m","id":\#($0)}"# }
            return "[" + calls.joined(separator: ",") + "]"
        }
        guard case .batch(let calls) = message(batch(JSONRPCMessage.batchMax)) else {
            Issue.record("not taken")
            return
        }
        #expect(calls.count == 64)
        #expect(isRefused(batch(65), .invalidRequest))
        #expect(isRefused(batch(1_000), .invalidRequest))
        #expect(isRefused(String(batch(65).dropLast()), .unparsable))
    }

    @Test("one refused call in a batch leaves the others as they are")
    func mixedBatch() {
        let text = #"[1,{"jsonrpc":"2.0","method":"m","id":1},[],{"foo":"boo"}]"#
        guard case .batch(let calls) = message(text), calls.count == 4 else {
            Issue.record("no batch of four")
            return
        }
        for (index, call) in calls.enumerated() {
            switch call {
            case .request(let request): #expect(index == 1 && request.id == .number("1"))
            case .refused(let error, let id):
                #expect(index != 1 && error == .invalidRequest && id == .null)
            }
        }
    }
}
