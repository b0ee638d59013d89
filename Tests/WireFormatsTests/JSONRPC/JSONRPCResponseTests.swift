import Testing
import WireFormats

@Suite("JSON-RPC responses on a stream")
struct JSONRPCResponseTests {
    private func read(_ text: String) throws(JSONError) -> [JSONRPCResponse] {
        let bytes = Array(text.utf8)
        return try JSONRPCResponse.all(in: bytes.span)
    }

    @Test("one has the id of the call it answers, and says how that went")
    func one() throws {
        let done = try read(#"{"jsonrpc":"2.0","result":true,"id":7}"#)
        #expect(done.map(\.number) == [7])
        #expect(done.map(\.reply) == [.result(26..<30)])
        let failed = try read(
            #"{"id":8.0,"error":{"code":-1,"message":"no"},"jsonrpc":"2.0"}"#)
        #expect(failed.map(\.number) == [8])
        #expect(failed.map(\.reply) == [.error(code: -1, message: "no")])
    }

    @Test("a batch has several, in any order")
    func batch() throws {
        let responses = try read(
            #"[{"jsonrpc":"2.0","result":1,"id":2},{"jsonrpc":"2.0","error":{"code":3,"message":"m"},"id":1}]"#
        )
        #expect(responses.map(\.number) == [2, 1])
        #expect(responses.map(\.reply) == [.result(27..<28), .error(code: 3, message: "m")])
        #expect(try read("[]").isEmpty)
    }

    @Test(
        "one whose id is none of ours has no number",
        arguments: [#"null"#, #""7""#, "7.5", "99999999999999999999", "{}", "1e400"])
    func foreign(id: String) throws {
        let responses = try read(#"{"jsonrpc":"2.0","error":{"code":1,"message":""},"id":\#(id)}"#)
        #expect(responses.map(\.number) == [nil])
    }

    @Test(
        "what is no response says so",
        arguments: [
            #"{"jsonrpc":"2.0","id":7}"#, #"{"jsonrpc":"1.0","id":7,"result":1}"#,
            #"{"jsonrpc":"2.0","id":7,"result":1,"error":{"code":1,"message":""}}"#,
            #"{"jsonrpc":"2.0","result":1}"#, #"{"jsonrpc":"2.0","method":"x","id":7}"#,
        ])
    func invalid(text: String) throws {
        guard case .invalid = try read(text).first?.reply else {
            Issue.record("taken for a response: \(text)")
            return
        }
    }

    @Test("what is no JSON is an error", arguments: ["", "{", "[1", "[{}", "x", "{}{}", "[7]"])
    func broken(text: String) {
        #expect(throws: JSONError.self) { try read(text) }
    }
}
