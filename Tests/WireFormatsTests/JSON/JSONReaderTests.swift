import EventCore
import Testing
import WireFormats

/// The error that reading `text` as a tree ends with.
private func error(_ text: String) -> JSONError? { error(Array(text.utf8)) }

private func error(_ bytes: [UInt8]) -> JSONError? {
    do {
        _ = try JSON(parsing: bytes.span)
        return nil
    } catch {
        return error
    }
}

private func tree(_ text: String) throws -> JSON {
    let bytes = Array(text.utf8)
    return try JSON(parsing: bytes.span)
}

/// The rows of the input catalogue that a parser alone decides.
@Suite("JSON reader: the catalogue of bad input")
struct JSONCatalogueTests {
    @Test("J01 nothing, white space only", arguments: ["", " ", "\n\t \r\n"])
    func empty(text: String) {
        #expect(error(text)?.code == .unexpectedEnd)
        #expect(error(text)?.offset == text.utf8.count)
    }

    @Test(
        "J02 a comma too much", arguments: [#"{"event":"E_A",}"#, "[1,]", "[,1]", "{,}", "[1,,2]"])
    func commas(text: String) {
        #expect(error(text)?.code == .unexpectedByte)
    }

    @Test("J03 byte order mark, UTF-16 of either order")
    func encodings() {
        #expect(error([0xEF, 0xBB, 0xBF] + Array("{}".utf8))?.code == .byteOrderMark)
        #expect(error([0xFF, 0xFE, 0x7B, 0, 0x7D, 0])?.isSyntax == true)
        #expect(error([0x7B, 0, 0x7D, 0])?.isSyntax == true)
        #expect(error([0, 0x7B, 0, 0x7D])?.isSyntax == true)
    }

    @Test(
        "J04 invalid UTF-8 at its offset, wherever it stands in the string",
        arguments: [
            [0xFF], [0xC3], [0xC0, 0x80], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0x80],
            [0xF4, 0x90, 0x80, 0x80], [0xF0, 0x80, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]])
    func utf8(bad: [UInt8]) {
        for before in 0...17 {
            for after in ["", "x", #"\n"#, "0123456789"] {
                let start = [0x22] + [UInt8](repeating: 0x61, count: before)
                let text = start + bad + Array(after.utf8) + [0x22]
                #expect(error(text)?.code == .invalidUTF8)
                #expect(error(text)?.offset == 1 + before)
                let name = Array("{".utf8) + text + Array(":1}".utf8)
                #expect(error(name)?.code == .invalidUTF8)
            }
        }
    }

    @Test(
        "J05 half a surrogate pair",
        arguments: [
            #""\uD800""#, #""\uDC00""#, #""\uD800x""#, #""\uD800\n""#, #""\uD800\uD800""#,
            #""\uDC00\uD800""#,
        ])
    func surrogates(text: String) {
        #expect(error(text)?.code == .loneSurrogate)
        #expect(error(text)?.offset == 1)
    }

    @Test("J06 a name twice, written alike or not, among few or many")
    func duplicates() throws {
        #expect(error(#"{"expire":1,"expire":2}"#)?.code == .duplicateName)
        #expect(error(#"{"expire":1,"expire":2}"#)?.offset == 12)
        #expect(error(#"{"a":1,"\u0061":2}"#)?.code == .duplicateName)
        #expect(error(#"{"":1,"":2}"#)?.code == .duplicateName)
        for count in [2, 8, 9, 10, 1_000] {
            let members = (0..<count).map { "\"name\($0)\":0" }
            #expect(error("{" + members.joined(separator: ",") + "}") == nil)
            for twice in [0, count / 2, count - 1] {
                let all = (members + [members[twice]]).joined(separator: ",")
                #expect(error("{\(all)}")?.code == .duplicateName)
            }
        }
    }

    @Test(
        "J06 names that only look alike are two: composed and decomposed é, K and the Kelvin sign")
    func lookalikes() throws {
        let object = try tree("{\"\u{E9}\":1,\"e\u{301}\":2,\"K\":3,\"\u{212A}\":4}")
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
        #expect(object["K"] == 3)
    }

    @Test("J07 64 levels are read, 65, 513 and a million are refused at the 65th")
    func depth() {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            func nested(_ levels: Int) -> String {
                String(repeating: open, count: levels) + "0"
                    + String(repeating: close, count: levels)
            }
            #expect(error(nested(JSONLimits.depthMax)) == nil)
            #expect(error(nested(65))?.code == .tooDeep)
            #expect(error(nested(513))?.code == .tooDeep)
            #expect(error(nested(65))?.offset == 64 * open.utf8.count)
        }
        #expect(error(String(repeating: "[", count: 1_000_000))?.code == .tooDeep)
    }

    @Test("J07 levels that are closed again do not count")
    func breadth() {
        let nest = String(repeating: "[", count: 63) + String(repeating: "]", count: 63)
        #expect(error("[\(nest),\(nest),\(nest)]") == nil)
    }

    @Test(
        "J08 something behind the value",
        arguments: ["{}x", "{}{}", "{}\0", "1 2", "[]]", "\"\"\""])
    func trailing(text: String) {
        #expect(error(text)?.code == .trailingBytes)
    }

    @Test(
        "J09 what other languages allow",
        arguments: [
            "// c\n1", "/* c */ 1", "NaN", "Infinity", "-Infinity", "'a'", "0x10", "01", "-01",
            "+1", ".5", "1.", "1.e1", "1e", "1e+", "-", "--1", "True", "nul", "tru", "undefined",
            "{a:1}", "1_000", "1f", "[1 2]", #"{"a" 1}"#, #"{"a":1 "b":2}"#, "{1:2}",
        ])
    func foreign(text: String) {
        #expect(error(text)?.isSyntax == true)
    }

    @Test("J10 control characters in a string, each, at any place")
    func controls() {
        for byte in UInt8(0)..<0x20 {
            for before in 0...9 {
                let text = [0x22] + [UInt8](repeating: 0x61, count: before) + [byte, 0x22]
                #expect(error(text)?.code == .controlCharacter)
                #expect(error(text)?.offset == 1 + before)
            }
        }
        #expect(error("\"\u{7F}\"") == nil)
    }

    @Test("J11 an escaped NUL is a character like others")
    func escapedNUL() throws {
        let value = try tree(#""a\u0000b""#)
        #expect(value == .string("a\0b"))
    }

    @Test("J12 any value may stand at the top; what is wanted there is the caller's to say")
    func topLevel() throws {
        for text in ["[]", "\"\"", "0", "null", "true"] { #expect(error(text) == nil) }
    }

    @Test(
        "bad escapes",
        arguments: [#""\x41""#, #""\u12""#, #""\u12G4""#, #""\""#, #""\U0041""#, #""\0""#])
    func escapes(text: String) {
        #expect(error(text)?.isSyntax == true)
    }
}

@Suite("JSON reader: values")
struct JSONValueTests {
    @Test("strings with every escape and every length of UTF-8")
    func strings() throws {
        #expect(
            try tree(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\uDE00""#)
                == .string("\"\\/\u{08}\u{0C}\n\r\tAé€😀"))
        #expect(try tree("\"é€😀\u{10FFFF}\u{FFFE}\"") == .string("é€😀\u{10FFFF}\u{FFFE}"))
    }

    @Test("J17 integers are exact to the ends of 64 bits and refused beyond, where they begin")
    func integers() throws {
        for number in [Int64.min, .min + 1, -1, 0, 1, 9_007_199_254_740_993, .max - 1, .max] {
            #expect(try tree("\(number)") == .integer(number))
        }
        for text in [
            "9223372036854775808", "-9223372036854775809", "12345678901234567890",
            "18446744073709551616", "184467440737095516160", String(repeating: "9", count: 5_000),
        ] {
            #expect(error("[\(text)]")?.code == .integerOutOfRange)
            #expect(error("[\(text)]")?.offset == 1)
            #expect(error("[\(text)]")?.isSyntax == false)
        }
    }

    @Test(
        "J18 0e1, -0 and 1E+2 are numbers; only what has neither fraction nor exponent is an integer"
    )
    func numbers() throws {
        #expect(try tree("-0") == .integer(0))
        #expect(try tree("0e1") == .number(0))
        #expect(try tree("-0.0") == .number(-0.0))
        #expect(try tree("1E+2") == .number(100))
        #expect(try tree("1e-2") == .number(0.01))
        #expect(try tree("36e2").integerValue == 3_600)
    }

    @Test(
        "doubles are rounded as the standard library rounds them, on the short way and on the long one"
    )
    func doubles() throws {
        for text in [
            "0.1", "0.3", "1e22", "1e23", "1e-22", "9007199254740993.0", "123456789012345678901.5",
            "2.2250738585072011e-308", "5e-324", "2.4703282292062327e-324",
            "1.7976931348623157e308",
            "0.000000000000000000000000000001", "1e-400", "8.5", "3.14159265358979323846",
            "1" + String(repeating: "0", count: 400) + "e-400",
        ] {
            #expect(try tree(text) == .number(Double(text)!), "\(text)")
        }
    }

    @Test(
        "a number beyond every double is refused",
        arguments: ["1e309", "-1e400", "1e999999999999999999"])
    func overflow(text: String) {
        #expect(error(text)?.code == .numberOutOfRange)
        #expect(error(text)?.isSyntax == false)
    }

    @Test("J15, J16 a whole number may have a fraction of zeros; none that a double has rounded")
    func wholeNumbers() throws {
        func integer(_ text: String) throws(JSONError) -> Int64 {
            let bytes = Array(text.utf8)
            return try JSONReader.document(bytes.span) { (reader, bytes) throws(JSONError) in
                try reader.readInteger(in: bytes)
            }
        }
        #expect(try integer("3600.0") == 3_600)
        #expect(try integer("36e2") == 3_600)
        #expect(try integer("-0") == 0)
        #expect(try integer("9007199254740992.0") == 9_007_199_254_740_992)
        for (text, code): (String, JSONError.Code) in [
            ("3600.5", .notWhole), ("-0.5", .notWhole), ("9007199254740994.0", .notWhole),
            ("1e400", .numberOutOfRange), ("9223372036854775808", .integerOutOfRange),
            ("\"60\"", .wrongType), ("true", .wrongType), ("null", .wrongType),
            ("[60]", .wrongType),
        ] {
            #expect(#expect(throws: JSONError.self) { try integer(text) }?.code == code, "\(text)")
        }
    }
    @Test("each reader takes its own type and says so when it meets another")
    func wrongTypes() throws {
        func expectWrongType(
            own: String, _ read: (inout JSONReader, Span<UInt8>) throws(JSONError) -> Void
        ) {
            for text in ["null", "[]", "{}", "7", "true", "\"\""] where text != own {
                let bytes = Array(text.utf8)
                let error = #expect(throws: JSONError.self) {
                    try JSONReader.document(bytes.span, read)
                }
                #expect(error?.code == .wrongType, "\(text) for \(own)")
                #expect(error?.message.hasPrefix("expected ") == true)
            }
        }
        expectWrongType(own: "null") { (reader, bytes) throws(JSONError) in
            try reader.readNull(in: bytes)
        }
        expectWrongType(own: "true") { (reader, bytes) throws(JSONError) in
            _ = try reader.readBoolean(in: bytes)
        }
        expectWrongType(own: "7") { (reader, bytes) throws(JSONError) in
            _ = try reader.readDouble(in: bytes)
        }
        expectWrongType(own: "\"\"") { (reader, bytes) throws(JSONError) in
            _ = try reader.readString(in: bytes)
        }
        expectWrongType(own: "[]") { (reader, bytes) throws(JSONError) in
            try reader.beginArray(in: bytes)
        }
        expectWrongType(own: "{}") { (reader, bytes) throws(JSONError) in
            try reader.beginObject(in: bytes)
        }
    }

    @Test("a reader goes through a document as its caller asks, and knows what comes next")
    func pulling() throws {
        let bytes = Array(#" { "a" : [ 1 , 2.5 , null , true ] , "b" : { } , "c" : "x" } "#.utf8)
        try JSONReader.document(bytes.span) { (reader, bytes) throws(JSONError) in
            var names = JSONNames()
            var seen: [String] = []
            try reader.beginObject(in: bytes)
            while let name = try reader.nextName(in: bytes, seen: &names) {
                seen.append(name)
                switch try reader.kind(in: bytes) {
                case .array:
                    try reader.beginArray(in: bytes)
                    #expect(try reader.nextElement(in: bytes))
                    #expect(try reader.readInteger(in: bytes) == 1)
                    #expect(try reader.nextElement(in: bytes))
                    #expect(try reader.readDouble(in: bytes) == 2.5)
                    #expect(try reader.nextElement(in: bytes))
                    try reader.readNull(in: bytes)
                    #expect(try reader.nextElement(in: bytes))
                    #expect(try reader.readBoolean(in: bytes))
                    #expect(try !reader.nextElement(in: bytes))
                default: try reader.skipValue(in: bytes)
                }
            }
            #expect(seen == ["a", "b", "c"])
        }
    }
}
