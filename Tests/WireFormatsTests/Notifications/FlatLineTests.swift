import EventCore
import Testing

@testable import WireFormats

@Suite("Lines of files")
struct FlatLineTests {
    private func flat(
        _ params: Params, _ delimiter: Character = ",", hasEventName: Bool = true
    ) -> String {
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 0, sequence: 1), event: "E_NOSUBS", params: params, time: 0)
        let bytes = FlatLine.flat(
            occurrence, delimiter: delimiter.asciiValue ?? 0, hasEventName: hasEventName)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("what OpenSIPS wrote: the event's name, the values in their order, a line feed")
    func captured() {
        #expect(flat(.none) == "E_NOSUBS\n")
        #expect(
            flat(Params(values: [.integer(-7), .integer(7), .string(#"a <b> & "c""#)]))
                == "E_NOSUBS,-7,7,a <b> & \"c\"\n")
        #expect(
            flat(Params(named: [("k2", .integer(7)), ("k1", .string("x"))])) == "E_NOSUBS,7,x\n")
    }

    @Test(
        "a line feed, a carriage return and the delimiter in a value become blanks: a line stays one"
    )
    func escaped() {
        #expect(flat(Params(values: [.string("a,b\nc\r\nd;e")])) == "E_NOSUBS,a b c  d;e\n")
        #expect(flat(Params(values: [.string("a,b;c")]), ";") == "E_NOSUBS;a,b c\n")
    }

    @Test("without the event's name; every kind of value")
    func kinds() {
        let params = Params(values: [.double(1.5), .boolean(true), .string(""), .integer(.min)])
        #expect(flat(params, "|", hasEventName: false) == "1.5|true||-9223372036854775808\n")
        #expect(flat(.none, hasEventName: false) == "\n")
    }

    @Test("as JSON: when, which, what; nothing is lost")
    func ndjson() {
        func line(_ params: Params) -> String {
            let occurrence = Occurrence(
                id: OccurrenceID(epoch: 0x1a, sequence: 42), event: "E_A", params: params,
                time: 1_795_503_600_123)
            return String(decoding: FlatLine.ndjson(occurrence), as: UTF8.self)
        }
        let start = #"{"time":"2026-11-24T07:00:00.123Z","id":"1a-42","event":"E_A""#
        #expect(line(.none) == start + "}\n")
        #expect(
            line(Params(named: [("a", .string("b,\n\"")), ("n", .integer(1))]))
                == start + #","params":{"a":"b,\n\"","n":1}}"# + "\n")
        #expect(line(Params(values: [.boolean(false)])) == start + #","params":[false]}"# + "\n")
    }
}
