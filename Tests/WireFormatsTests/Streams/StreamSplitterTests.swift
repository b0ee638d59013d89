import Testing
import WireFormats

@Suite("Messages on a stream")
struct StreamSplitterTests {
    /// What a stream holds, fed in pieces of `size` bytes.
    private func messages(
        _ text: String, _ framing: StreamFraming = .none, size: Int, bytesMax: Int = 1_000
    ) throws(StreamError) -> [String] {
        var splitter = StreamSplitter(framing: framing, messageBytesMax: bytesMax)
        let bytes = Array(text.utf8)
        var found: [String] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + size)
            splitter.append(bytes.span.extracting(start..<end))
            while let message = try splitter.next() {
                found.append(String(decoding: message, as: UTF8.self))
            }
            start = end
        }
        return found
    }

    static let streams: [(String, StreamFraming, [String])] = [
        (#"{"a":1}{"b":[2,{}]}[]"#, .none, [#"{"a":1}"#, #"{"b":[2,{}]}"#, "[]"]),
        (#"{"a":"}{\"]\\"}{"\\":"\\\""}"#, .none, [#"{"a":"}{\"]\\"}"#, #"{"\\":"\\\""}"#]),
        (" \r\n\t{ \n} \n {}\n", .newline, ["{ \n}", "{}"]),
        ("2:{},0:,4:{},x,", .netstring, ["{}", "", "{},x"]),
        (#"{"id":1"#, .none, []), ("5:{},", .netstring, []), ("", .none, []),
    ]

    @Test("are found, wherever the stream is cut", arguments: streams)
    func cuts(text: String, framing: StreamFraming, expected: [String]) throws {
        for size in 1...max(1, text.utf8.count) {
            #expect(try messages(text, framing, size: size) == expected, "in pieces of \(size)")
        }
    }

    static let broken: [(String, StreamFraming, StreamError)] = [
        ("{}x", .none, .noObject), ("HTTP/1.1 400 Bad Request", .none, .noObject),
        ("\"a\"", .none, .noObject), ("7", .newline, .noObject), ("}", .none, .noObject),
        ("2:{}x", .netstring, .badNetstring), (":", .netstring, .badNetstring),
        ("02:{},", .netstring, .badNetstring), ("{}", .netstring, .badNetstring),
        ("2{},", .netstring, .badNetstring),
        ("1001:", .netstring, .tooLarge),
        ("99999999999999999999999999", .netstring, .tooLarge),
        (String(repeating: "[", count: 65), .none, .tooDeep),
    ]

    @Test("are given up at the first byte that cannot be right", arguments: broken)
    func errors(text: String, framing: StreamFraming, error: StreamError) {
        for size in [1, text.utf8.count] {
            #expect(throws: error) { try messages(text, framing, size: size) }
        }
    }

    @Test("have as many bytes as are allowed, and no more")
    func limit() throws {
        let whole = "{\"" + String(repeating: "x", count: 995) + "\"}"
        #expect(try messages(whole + whole, size: 100, bytesMax: 999) == [whole, whole])
        #expect(throws: StreamError.tooLarge) { try messages(whole, size: 100, bytesMax: 998) }
        #expect(throws: StreamError.tooLarge) {
            try messages("{" + String(repeating: " ", count: 1_000), size: 7)
        }
    }

    @Test("64 levels are a message")
    func depth() throws {
        let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        #expect(try messages(text, size: 3) == [text])
    }
}
