import Testing
import WireFormats

private func reply(_ text: String, to id: Int64 = 7) -> JSONRPCReply {
    let bytes = Array(text.utf8)
    return JSONRPCReply(parsing: bytes.span, id: id)
}

@Suite("JSON-RPC replies to our calls")
struct JSONRPCReplyTests {
    @Test(
        "a result with the call's id is found, whatever it is",
        arguments: ["null", "{}", "12345678901234567890", #"{"a":[1,{"b":"c"}]}"#, #""OK""#])
    func results(result: String) {
        let text = #"{"jsonrpc":"2.0","result":\#(result),"id":7}"#
        guard case .result(let range) = reply(text) else {
            Issue.record("no result: \(reply(text))")
            return
        }
        #expect(String(decoding: Array(text.utf8)[range], as: UTF8.self) == result)
    }

    @Test("the id may be a double, and an error null, where a receiver knows no better")
    func lenient() {
        #expect(reply(#"{"jsonrpc":"2.0","result":1,"id":7.0}"#) == .result(26..<27))
        #expect(reply(#"{"id":7,"error":null,"jsonrpc":"2.0","result":1}"#) == .result(46..<47))
    }

    @Test("an error has its code and message, with the call's id or null")
    func errors() {
        for id in ["7", "null"] {
            #expect(
                reply(
                    #"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found","data":[]},"id":\#(id)}"#
                ) == .error(code: -32601, message: "Method not found"))
        }
    }

    @Test(
        "anything else is no reply to this call",
        arguments: [
            "", "OK", "[]", "{}", #"{"jsonrpc":"2.0","result":1,"id":8}"#,
            #"{"jsonrpc":"2.0","result":1,"id":"7"}"#, #"{"jsonrpc":"2.0","result":1,"id":null}"#,
            #"{"jsonrpc":"2.0","result":1}"#, #"{"result":1,"id":7}"#,
            #"{"jsonrpc":"1.0","result":1,"id":7}"#, #"{"jsonrpc":"2.0","id":7}"#,
            #"{"jsonrpc":"2.0","result":1,"error":{"code":1,"message":""},"id":7}"#,
            #"{"jsonrpc":"2.0","error":{"message":"no code"},"id":7}"#,
            #"{"jsonrpc":"2.0","error":"text","id":7}"#,
            #"{"jsonrpc":"2.0","error":{"code":1,"message":""},"id":8}"#,
            #"{"jsonrpc":"2.0","result":1,"id":7} trailing"#,
        ])
    func invalid(text: String) {
        guard case .invalid(let sentence) = reply(text) else {
            Issue.record("taken: \(reply(text))")
            return
        }
        #expect(sentence.hasPrefix("expected"))
    }
}
