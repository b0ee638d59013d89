import EventCore
import Foundation
import Testing
import WireFormats

/// opensips.md §1.5: captured from OpenSIPS 2.4.11 and 4.0.1, which write the same.
@Suite("XML-RPC calls")
struct XMLRPCCallTests {
    private func params(_ params: Params, _ layout: XMLRPCCall.Layout = .values) -> String {
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: 1), event: "E_NOSUBS", params: params, time: 0)
        return String(decoding: XMLRPCCall.params(occurrence, layout: layout), as: UTF8.self)
    }

    /// The params behind the event's name.
    private func rest(_ given: Params, _ layout: XMLRPCCall.Layout = .values) -> String {
        let start = "<params>\n<param>\n<value><string>E_NOSUBS</string></value>\n</param>\n"
        let text = params(given, layout)
        #expect(text.hasPrefix(start))
        #expect(text.hasSuffix("</params>\n"))
        return String(text.dropFirst(start.count).dropLast(10))
    }

    private func value(_ value: Value) -> String {
        let text = rest(Params(values: [value]))
        return String(
            text.dropFirst("<param>\n<value>".count).dropLast("</value>\n</param>\n".count))
    }

    @Test("a call without params is what OpenSIPS was seen to send, byte for byte")
    func captured() {
        let call = XMLRPCCall.call("my_meth", params: Array(params(.none).utf8))
        #expect(call.count == 158)
        #expect(
            String(decoding: call, as: UTF8.self)
                == "<?xml version=\"1.0\"?>\n<methodCall>\n<methodName>my_meth</methodName>\n<params>\n<param>\n<value><string>E_NOSUBS</string></value>\n</param>\n</params>\n</methodCall>"
        )
    }

    @Test("each layout is OpenSIPS's; bare params are values in all of them")
    func layouts() {
        let named = Params(named: [("k2", .integer(7))])
        #expect(rest(named, .values) == "<param>\n<value><int>7</int></value>\n</param>\n")
        #expect(
            rest(named, .named)
                == "<param>\n<name>k2</name>\n<value><int>7</int></value>\n</param>\n")
        #expect(
            rest(named, .struct)
                == "<param>\n<value><struct><member>\n<name>k2</name>\n<value><int>7</int></value>\n</member></struct></value>\n</param>\n"
        )
        for layout in XMLRPCCall.Layout.allCases {
            #expect(
                rest(Params(values: [.integer(7)]), layout)
                    == "<param>\n<value><int>7</int></value>\n</param>\n")
        }
    }

    @Test("markup is escaped in values, names and the method")
    func escaping() {
        #expect(
            value(.string("a <b> & \"c\" ]]>"))
                == "<string>a &lt;b&gt; &amp; \"c\" ]]&gt;</string>")
        #expect(
            rest(Params(named: [("<&>", .string(""))]), .named).contains(
                "<name>&lt;&amp;&gt;</name>")
        )
        #expect(
            String(decoding: XMLRPCCall.call("a<b", params: []), as: UTF8.self).contains("a&lt;b"))
    }

    @Test("a carriage return survives, tab and line feed stay")
    func lineEnds() {
        #expect(value(.string("a\r\nb\tc")) == "<string>a&#13;\nb\tc</string>")
    }

    @Test("a character that XML 1.0 cannot say becomes U+FFFD; all others stay")
    func characters() {
        for code in UInt32(0)...0x1F where ![9, 10, 13].contains(code) {
            let scalar = Unicode.Scalar(UInt8(code))
            #expect(value(.string("a\(scalar)b")) == "<string>a\u{FFFD}b</string>", "\(code)")
        }
        #expect(value(.string("\u{FFFE}\u{FFFF}")) == "<string>\u{FFFD}\u{FFFD}</string>")
        let others =
            "\u{7F}\u{85}\u{A0}\u{E9}\u{2028}\u{D7FF}\u{E000}\u{FEFF}\u{FFFD}\u{FFBF}\u{1FFFE}\u{1FFFF}\u{10FFFF}"
        #expect(value(.string(others)) == "<string>\(others)</string>")
    }

    @Test("integers are signed; beyond 32 bits they are i8")
    func integers() {
        #expect(value(.integer(-7)) == "<int>-7</int>")
        #expect(value(.integer(2_147_483_647)) == "<int>2147483647</int>")
        #expect(value(.integer(-2_147_483_648)) == "<int>-2147483648</int>")
        #expect(value(.integer(2_147_483_648)) == "<i8>2147483648</i8>")
        #expect(value(.integer(-2_147_483_649)) == "<i8>-2147483649</i8>")
        #expect(value(.integer(.min)) == "<i8>-9223372036854775808</i8>")
    }

    @Test("booleans are 1 and 0")
    func booleans() {
        #expect(value(.boolean(true)) == "<boolean>1</boolean>")
        #expect(value(.boolean(false)) == "<boolean>0</boolean>")
    }

    static let doubles: [(Double, String)] = [
        (0, "0.0"), (-0.0, "-0.0"), (1.5, "1.5"), (-0.1, "-0.1"), (1e16, "10000000000000000.0"),
        (1.25e20, "125000000000000000000.0"), (1e-5, "0.00001"), (-2.5e-7, "-0.00000025"),
        (123_456_789_012_345_680, "123456789012345680.0"),
        (1e300, "1" + String(repeating: "0", count: 300) + ".0"),
        (.leastNonzeroMagnitude, "0." + String(repeating: "0", count: 323) + "5"),
    ]

    @Test("doubles have a point and no exponent", arguments: doubles)
    func double(number: Double, text: String) {
        #expect(value(.double(number)) == "<double>\(text)</double>")
    }

    @Test("every double reads back equal, without an exponent")
    func doublesReadBack() {
        var bits: UInt64 = 0x9E37_79B9_7F4A_7C15
        for _ in 0..<20_000 {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let number = Double(bitPattern: bits)
            guard number.isFinite else { continue }
            var text: [UInt8] = []
            text.append(xmlDouble: number)
            #expect(!text.contains(UInt8(ascii: "e")) && text.contains(UInt8(ascii: ".")))
            #expect(Double(String(decoding: text, as: UTF8.self)) == number)
        }
    }
}
