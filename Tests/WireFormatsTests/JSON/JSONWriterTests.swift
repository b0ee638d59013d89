import EventCore
import Testing
import WireFormats

/// What `build` appends, as text.
func written(_ build: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    build(&bytes)
    return String(decoding: bytes, as: UTF8.self)
}

@Suite("JSON writer")
struct JSONWriterTests {
    @Test("a string escapes exactly what OpenSIPS 4 escapes, and nothing else")
    func escapes() {
        let cases: [(String, String)] = [
            ("", #""""#),
            ("plain", #""plain""#),
            ("it's \"q\" back\\slash\nnl\ttab é 1", #""it's \"q\" back\\slash\nnl\ttab é 1""#),
            ("\u{08}\u{09}\u{0A}\u{0C}\u{0D}", #""\b\t\n\f\r""#),
            ("\u{00}\u{01}\u{0B}\u{1F}", #""\u0000\u0001\u000b\u001f""#),
            ("a/b <c> &d; \u{7F}", "\"a/b <c> &d; \u{7F}\""),
            ("€ 😀 \u{2028}", "\"€ 😀 \u{2028}\""),
        ]
        for (text, expected) in cases {
            #expect(written { $0.append(jsonString: text) } == expected)
        }
    }

    @Test("every character that needs an escape gets it at every place of a string of any length")
    func escapesAtEveryPlace() {
        for length in 1...33 {
            for place in 0..<length {
                for special in ["\"", "\\", "\u{00}", "\u{1F}"] {
                    var parts = [String](repeating: "x", count: length)
                    parts[place] = special
                    let escaped =
                        ["\"": #"\""#, "\\": #"\\"#, "\u{00}": #"\u0000"#, "\u{1F}": #"\u001f"#][
                            special]!
                    let expected =
                        "\"" + parts.map { $0 == special ? escaped : $0 }.joined() + "\""
                    #expect(written { $0.append(jsonString: parts.joined()) } == expected)
                }
            }
        }
    }

    @Test("bytes next to the escaped ones stay, whatever stands around them")
    func plainBytes() {
        let escaped = Set(Array(UInt8(0)..<0x20) + [0x22, 0x5C])
        for byte in UInt8(0)..<0x80 where !escaped.contains(byte) {
            let text = String(decoding: [UInt8](repeating: byte, count: 19), as: UTF8.self)
            #expect(written { $0.append(jsonString: text) } == "\"\(text)\"")
        }
    }

    @Test(
        "a double is the shortest text that reads back equal, and never looks like an integer",
        arguments: [
            (0.0, "0.0"), (-0.0, "-0.0"), (1, "1.0"), (-2.5, "-2.5"), (0.1, "0.1"),
            (1e16, "1e+16"), (1e20, "1e+20"), (.leastNonzeroMagnitude, "5e-324"),
            (.greatestFiniteMagnitude, "1.7976931348623157e+308"),
            (3600, "3600.0"), (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
        ])
    func doubles(number: Double, text: String) {
        #expect(written { $0.append(json: number) } == text)
    }

    @Test("values of each kind")
    func values() {
        #expect(written { $0.append(json: Value.string("a\"")) } == #""a\"""#)
        #expect(written { $0.append(json: Value.integer(-5)) } == "-5")
        #expect(written { $0.append(json: Value.double(1.5)) } == "1.5")
        #expect(written { $0.append(json: Value.boolean(true)) } == "true")
        #expect(written { $0.append(json: Value.boolean(false)) } == "false")
    }

    @Test("whole numbers of every type, to the ends of 64 bits")
    func decimals() {
        #expect(written { $0.append(decimal: Int64.min) } == "-9223372036854775808")
        #expect(written { $0.append(decimal: Int64.max) } == "9223372036854775807")
        #expect(written { $0.append(decimal: UInt64.max) } == "18446744073709551615")
        #expect(written { $0.append(decimal: UInt8.max) } == "255")
        #expect(written { $0.append(decimal: -7) } == "-7")
        for number in [0, 1, 9, 10, 99, 100, 101, 1_000_000, 999_999] {
            #expect(written { $0.append(decimal: number) } == "\(number)")
        }
    }
}
