import EventCore
import Testing
import WireFormats

@Suite("Calls on a stream")
struct StreamCallTests {
    private static let params = Params(values: [
        .integer(-7), .integer(7), .string("a <b> & \"c\""),
    ])

    private func call(_ id: StreamCall.ID, _ params: Params = params) -> StreamCall {
        StreamCall(
            notification: NotificationFormat.json(method: "E_NOSUBS", params: params), id: id)
    }

    private func written(_ calls: [StreamCall], _ framing: StreamFraming = .none) -> String {
        var bytes: [UInt8] = []
        bytes.append(calls: calls[...], framing: framing)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("each form is what OpenSIPS of that version was seen to send")
    func captured() {
        let tail = #""jsonrpc":"2.0","method":"E_NOSUBS","params":[-7,7,"a <b> & \"c\""]}"#
        #expect(written([call(.null)]) == #"{"id":null,"# + tail)
        #expect(written([call(.absent)]) == "{" + tail)
        #expect(written([call(.number(802_680_702))]) == #"{"id":802680702,"# + tail)
    }

    @Test("without params there is no member for them, in any form")
    func noParams() {
        #expect(
            written([call(.null, .none)]) == #"{"id":null,"jsonrpc":"2.0","method":"E_NOSUBS"}"#)
        #expect(
            written([call(.number(1), .none)]) == #"{"id":1,"jsonrpc":"2.0","method":"E_NOSUBS"}"#)
    }

    @Test("objects follow each other without anything between, one to a line, or as netstrings")
    func framing() {
        let one = call(.absent, .none)
        let object = #"{"jsonrpc":"2.0","method":"E_NOSUBS"}"#
        #expect(written([one]) + written([one]) == object + object)
        #expect(written([one], .newline) == object + "\n")
        #expect(written([one], .netstring) == "37:" + object + ",")
    }

    @Test("several are one array, in order", arguments: StreamFraming.allCases)
    func batch(framing: StreamFraming) throws {
        let calls = [call(.number(9)), call(.number(10), .none), call(.null, .none)]
        let text = written(calls, framing)
        var splitter = StreamSplitter(framing: framing)
        let bytes = Array(text.utf8)
        splitter.append(bytes.span)
        let message = try #require(try splitter.next())
        #expect(
            String(decoding: message, as: UTF8.self)
                == "[" + calls.map { written([$0]) }.joined(separator: ",") + "]")
        #expect(try splitter.next() == nil)
    }

    @Test(
        "the count is that of the bytes",
        arguments: [
            StreamCall.ID.absent, .null, .number(0), .number(9), .number(10), .number(-1),
            .number(.max), .number(.min),
        ])
    func count(id: StreamCall.ID) {
        #expect(call(id).count == written([call(id)]).utf8.count)
    }

    @Test("no calls are no bytes", arguments: StreamFraming.allCases)
    func none(framing: StreamFraming) {
        #expect(written([], framing).isEmpty)
    }
}
