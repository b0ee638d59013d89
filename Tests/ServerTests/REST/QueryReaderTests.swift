import EventCore
import TestSupport
import Testing

@testable import Server

@Suite("Queries")
struct QueryReaderTests {
    /// What a reader of `query` that declares `event`, `limit` and `wait` does with it.
    private func read<Result>(
        _ query: String?, _ body: (inout QueryReader) throws -> Result
    ) throws -> Result {
        let names: [StaticString] = ["event", "limit", "wait"]
        guard let query else {
            var reader = try QueryReader(nil, allowed: names)
            return try body(&reader)
        }
        return try Array(query.utf8).withUnsafeBufferPointer { bytes in
            var reader = try QueryReader(bytes, allowed: names)
            return try body(&reader)
        }
    }

    /// The faults of `query`: each parameter's name, and what is wrong with it.
    private func faults(_ query: String) throws -> [String] {
        try read(query) { told(by: $0) }
    }

    private func told(by reader: QueryReader) -> [String] {
        do throws(Problem) {
            try reader.finish()
            return []
        } catch {
            return error.places.map { place in
                guard case .parameter(let name) = place.position else { return "?" }
                return "\(name) \(place.fault.rawValue)"
            }
        }
    }

    @Test(
        "a value is what follows the first =, its escapes undone and + a blank; without = it is empty",
        arguments: [
            ("event=E_A", "E_A"), ("limit=1&event=E_A", "E_A"), ("event=E_A&limit=1", "E_A"),
            ("event=", ""), ("event", ""), ("limit=1&event", ""), ("event&limit=1", ""),
            ("event=a=b", "a=b"), ("event==", "="), ("&&event=x&&", "x"), ("event=a?b/c", "a?b/c"),
            ("event=E+A", "E A"), ("event=E%2BA", "E+A"), ("event=%26%3D", "&="),
            ("event=%C3%A9", "é"), ("event=é", "é"), ("event=%00", "\0"),
            ("%65vent=x", "x"), ("%65%76%65%6e%74=x", "x"), ("%65%76%65%6E%74=x+%20", "x  "),
        ])
    func values(query: String, value: String) throws {
        let (text, bytes) = try read(query) { reader in
            try reader.finish()
            return (reader.text("event"), reader.read("event", as: { Array($0) }))
        }
        #expect(text == value)
        #expect(bytes == Array(value.utf8))
    }

    @Test("nothing is given by no query, an empty one, and one of nothing but &")
    func none() throws {
        for query in [nil, "", "&", "&&&"] {
            try read(query) { reader in
                try reader.finish()
                #expect(reader.text("event") == nil)
                #expect(reader.number("limit", in: 1...9, fallback: 7) == 7)
                #expect(reader.cursor("limit") == nil)
            }
        }
    }

    @Test(
        "what is not declared, or said twice, is told by its name, in the order of the query",
        arguments: [
            ("x=1", ["x unknown"]), ("=1", [" unknown"]), ("=", [" unknown"]),
            ("Event=1", ["Event unknown"]), ("even=1", ["even unknown"]),
            ("event%00=1", ["event\0 unknown"]), ("+event=1", [" event unknown"]),
            ("a%20b=1", ["a b unknown"]), ("é=1", ["é unknown"]),
            ("event=1&event=1", ["event duplicate"]), ("event&event", ["event duplicate"]),
            ("event=1&%65vent=2", ["event duplicate"]), ("%65vent=1&event=2", ["event duplicate"]),
            ("event=1&event=2&event=3", ["event duplicate", "event duplicate"]),
            ("x=1&event=1&event=2&x=3", ["x unknown", "event duplicate", "x unknown"]),
        ])
    func strict(query: String, expected: [String]) throws {
        #expect(try faults(query) == expected)
    }

    @Test("the first value of a name that is given twice is the one that counts")
    func first() throws {
        let text = try read("event=one&event=%74wo&limit=1") { $0.text("event") }
        #expect(text == "one")
    }

    @Test("bytes that are no UTF-8 are 400, in names and values, of unknown parameters too")
    func undecodable() throws {
        for query in [
            "event=%FF", "%FF=1", "x=%C0%AF", "x%80", "limit=1&event=%E2%82", "x=1&event=%FF",
        ] {
            let problem = try #require(throws: Problem.self) { try read(query) { _ in } }
            #expect(problem.status == 400)
            #expect(problem.code == "malformed_request")
        }
    }

    @Test("32 parameters are told of, and what follows the 33rd is not looked at")
    func many() throws {
        let unknown = (1...32).map { "x\($0)=1" }.joined(separator: "&")
        #expect(try faults(unknown).count == 32)
        #expect(try faults(unknown + "&y=1").count == 32)
        #expect(try faults(unknown + "&y=1&z=%FF").last == "x32 unknown")
        #expect(throws: Problem.self) { try read(unknown + "&z=%FF") { _ in } }
        #expect(try faults("event=1&" + unknown).count == 32)
    }

    @Test(
        "a number is decimal digits of any length, within the range",
        arguments: [
            ("1", 1, nil), ("0009", 9, nil), ("%31", 1, nil),
            ("0000000000000000000000000000000000000009", 9, nil), ("0", 5, "limit out_of_range"),
            ("10", 5, "limit out_of_range"), ("18446744073709551615", 5, "limit out_of_range"),
            ("18446744073709551616", 5, "limit wrong_type"), ("", 5, "limit wrong_type"),
            ("-1", 5, "limit wrong_type"), ("+1", 5, "limit wrong_type"),
            ("1x", 5, "limit wrong_type"), ("1.0", 5, "limit wrong_type"),
            ("%D9%A1", 5, "limit wrong_type"),
        ])
    func number(value: String, number: Int, fault: String?) throws {
        try read("limit=" + value) { reader in
            #expect(reader.number("limit", in: 1...9, fallback: 5) == number)
            #expect(told(by: reader) == [fault].compactMap(\.self))
        }
    }

    @Test(
        "a cursor is 1 to 19 decimal digits",
        arguments: [
            ("0", 0), ("9999999999999999999", 9_999_999_999_999_999_999), ("007", 7), ("", nil),
            ("10000000000000000000", nil), ("00000000000000000001", nil), ("x", nil), ("1 ", nil),
        ] as [(String, UInt64?)])
    func cursor(value: String, number: UInt64?) throws {
        try read("limit=" + value) { reader in
            #expect(reader.cursor("limit") == number)
            #expect(told(by: reader) == (number == nil ? ["limit bad_format"] : []))
        }
    }

    @Test(
        "a length of time is up to nine digits, of which the first is not 0, and ms or s",
        arguments: [
            ("500ms", 500, nil), ("2s", 2_000, nil), ("50s", 50_000, nil), ("5%30s", 50_000, nil),
            ("51s", 9, "wait out_of_range"), ("999999999s", 9, "wait out_of_range"),
            ("1000000000ms", 9, "wait bad_format"), ("0s", 9, "wait bad_format"),
            ("05s", 9, "wait bad_format"), ("s", 9, "wait bad_format"),
            ("ms", 9, "wait bad_format"), ("5", 9, "wait bad_format"), ("", 9, "wait bad_format"),
            ("5m", 9, "wait bad_format"), ("5mss", 9, "wait bad_format"),
            ("-5s", 9, "wait bad_format"), ("5 s", 9, "wait bad_format"),
        ])
    func duration(value: String, milliseconds: Int, fault: String?) throws {
        try read("wait=" + value) { reader in
            #expect(reader.duration("wait", in: 1...50_000, fallback: 9) == milliseconds)
            #expect(told(by: reader) == [fault].compactMap(\.self))
        }
    }

    @Test("the words of a choice are asked for only where it is given")
    func choice() throws {
        var asked = 0
        func words() -> [String] {
            asked += 1
            return ["true", "false"]
        }
        try read("event=x") { #expect($0.choice("wait", of: words()) == nil) }
        #expect(asked == 0)
        try read("wait=true") { #expect($0.choice("wait", of: words()) == "true") }
        try read("wait=True") { reader in
            #expect(reader.choice("wait", of: words()) == nil)
            #expect(told(by: reader) == ["wait bad_format"])
        }
        #expect(asked == 2)
    }
}
