import EventCore
import Testing
import WireFormats

/// The left column of opensips.md §1.1 and §1.2 (captured on the wire), with params in the order they
/// arrived in.
@Suite("Notification formats")
struct NotificationFormatTests {
    private func occurrence(_ event: String, _ params: Params = .none) -> Occurrence {
        Occurrence(
            id: OccurrenceID(epoch: 1, sequence: 1), event: event, params: params, time: 0)
    }

    private func json(_ event: String, _ params: Params = .none) -> String {
        String(decoding: NotificationFormat.json(occurrence(event, params)), as: UTF8.self)
    }

    private func lines(_ event: String, _ params: Params = .none) -> String {
        String(decoding: NotificationFormat.lines(occurrence(event, params)), as: UTF8.self)
    }

    @Test("JSON: what OpenSIPS 4.0.1 was seen to send")
    func capturedJSON() {
        #expect(json("E_SCRIPT") == #"{"jsonrpc":"2.0","method":"E_SCRIPT"}"#)
        #expect(
            json("E_SCRIPT", Params(values: [.string("three"), .integer(2), .string("one")]))
                == #"{"jsonrpc":"2.0","method":"E_SCRIPT","params":["three",2,"one"]}"#)
        #expect(
            json(
                "E_SCRIPT",
                Params(named: [
                    ("n3", .string("it's \"q\" back\\slash\nnl\ttab é 1")), ("n2", .integer(22)),
                    ("n1", .string("v1")),
                ]))
                == #"{"jsonrpc":"2.0","method":"E_SCRIPT","params":{"n3":"it's \"q\" back\\slash\nnl\ttab é 1","n2":22,"n1":"v1"}}"#
        )
        #expect(
            json("E_SCRIPT", Params(named: [("same", .string("v2")), ("same", .string("v1"))]))
                .hasSuffix(#""params":{"same":"v2","same":"v1"}}"#))
        #expect(
            json("E_SCRIPT", Params(values: [.integer(0), .integer(2_147_483_647), .integer(-5)]))
                .hasSuffix(#""params":[0,2147483647,-5]}"#))
        #expect(
            json("E_PIKE_BLOCKED", Params(named: [("ip", .string("127.0.0.1"))]))
                == #"{"jsonrpc":"2.0","method":"E_PIKE_BLOCKED","params":{"ip":"127.0.0.1"}}"#)
    }

    @Test("JSON: what OpenSIPS cannot send: doubles, booleans, 64 bits, names that need escapes")
    func widerJSON() {
        #expect(
            json(
                "E_X",
                Params(named: [
                    ("d", .double(1.5)), ("t", .boolean(true)), ("big", .integer(.min)),
                    ("a\"b", .string("")),
                ]))
                == #"{"jsonrpc":"2.0","method":"E_X","params":{"d":1.5,"t":true,"big":-9223372036854775808,"a\"b":""}}"#
        )
    }

    @Test("the params alone: an object, an array, or no byte at all")
    func paramsAlone() {
        func params(_ params: Params) -> String {
            String(
                decoding: NotificationFormat.jsonParams(occurrence("E_X", params)), as: UTF8.self)
        }
        #expect(params(.none) == "")
        #expect(params(Params(values: [.integer(-7), .integer(7)])) == "[-7,7]")
        #expect(params(Params(named: [("k2", .integer(7))])) == #"{"k2":7}"#)
    }

    @Test("lines: what OpenSIPS 2.4.11 was seen to send")
    func capturedLines() {
        #expect(lines("E_SCRIPT") == "E_SCRIPT\n\n")
        #expect(
            lines("E_SCRIPT", Params(values: [.string("three"), .integer(2), .string("one")]))
                == "E_SCRIPT\nthree\n2\none\n\n")
        #expect(
            lines(
                "E_SCRIPT",
                Params(named: [
                    ("n3", .string("it's \"q\" back\\slash\nnl\ttab é 1")), ("n2", .integer(22)),
                    ("n1", .string("v1")),
                ]))
                == "E_SCRIPT\nn3::\"it's \\\"q\\\" back\\slash\nnl\ttab é 1\"\nn2::22\nn1::v1\n\n")
        #expect(
            lines("E_SCRIPT", Params(values: [.string("has \"quotes\" only")]))
                == "E_SCRIPT\nhas \"quotes\" only\n\n")
        #expect(
            lines("E_SCRIPT", Params(values: [.string("second"), .string("")]))
                == "E_SCRIPT\nsecond\n\n\n")
        #expect(
            lines("E_SCRIPT", Params(named: [("k::x", .string("a::b"))]))
                == "E_SCRIPT\nk::x::a::b\n\n")
    }

    @Test("lines: negative integers are negative, doubles and booleans are words a reader knows")
    func widerLines() {
        #expect(
            lines(
                "E_X",
                Params(values: [
                    .integer(0), .integer(-5), .double(0.1), .boolean(true), .boolean(false),
                ]))
                == "E_X\n0\n-5\n0.1\ntrue\nfalse\n\n")
    }

    @Test("no limit of its own: 100 kB in one value arrive whole in every format")
    func large() {
        let params = Params(values: [.string(String(repeating: "x", count: 100_000))])
        #expect(json("E_X", params).utf8.count == 100_000 + 46)
        #expect(lines("E_X", params).utf8.count == 100_000 + 6)
    }
}
