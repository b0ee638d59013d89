import EventCore
import Testing
import WireFormats

@Suite("Calls on a stream")
struct StreamMessagesTests {
    private static let params = Params(values: [
        .integer(-7), .integer(7), .string("a <b> & \"c\""),
    ])

    private func call(
        _ id: NotificationFormat.CallID?, _ params: Params = params
    ) -> [UInt8] {
        let notification = NotificationFormat.json(method: "E_NOSUBS", params: params)
        return id.map { NotificationFormat.json(notification, id: $0) } ?? notification
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private func framed(_ call: [UInt8], _ framing: StreamFraming) -> String {
        var bytes: [UInt8] = []
        bytes.append(message: call, framing: framing)
        return text(bytes)
    }

    @Test("each form is what OpenSIPS of that version was seen to send")
    func captured() {
        let tail = #""jsonrpc":"2.0","method":"E_NOSUBS","params":[-7,7,"a <b> & \"c\""]}"#
        #expect(text(call(.null)) == #"{"id":null,"# + tail)
        #expect(text(call(nil)) == "{" + tail)
        #expect(text(call(.number(802_680_702))) == #"{"id":802680702,"# + tail)
    }

    @Test("without params there is no member for them, in any form")
    func noParams() {
        #expect(text(call(.null, .none)) == #"{"id":null,"jsonrpc":"2.0","method":"E_NOSUBS"}"#)
        #expect(text(call(.number(1), .none)) == #"{"id":1,"jsonrpc":"2.0","method":"E_NOSUBS"}"#)
    }

    @Test("a request's number is found again", arguments: [0, 9, 2_147_483_647, Int64.max])
    func number(id: Int64) {
        #expect(NotificationFormat.idNumber(of: call(.number(id))) == id)
    }

    @Test("a notification has no number")
    func noNumber() {
        #expect(NotificationFormat.idNumber(of: call(.null)) == nil)
        #expect(NotificationFormat.idNumber(of: call(nil)) == nil)
        #expect(NotificationFormat.idNumber(of: []) == nil)
    }

    @Test("objects follow each other without anything between, one to a line, or as netstrings")
    func framing() {
        let one = call(nil, .none)
        let object = #"{"jsonrpc":"2.0","method":"E_NOSUBS"}"#
        #expect(framed(one, .none) + framed(one, .none) == object + object)
        #expect(framed(one, .newline) == object + "\n")
        #expect(framed(one, .netstring) == "37:" + object + ",")
    }

    @Test("several are one array, in order", arguments: StreamFraming.allCases)
    func batch(framing: StreamFraming) throws {
        let calls = [call(.number(9)), call(.number(10), .none), call(.null, .none)]
        var bytes: [UInt8] = []
        bytes.append(batch: calls, framing: framing)
        var splitter = StreamSplitter(framing: framing)
        splitter.append(bytes.span)
        let message = try #require(try splitter.next())
        #expect(text(message) == "[" + calls.map(text).joined(separator: ",") + "]")
        #expect(try splitter.next() == nil)
    }
}
