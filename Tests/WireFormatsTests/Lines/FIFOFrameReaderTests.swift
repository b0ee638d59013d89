import TestSupport
import Testing
import WireFormats

@Suite("Commands cut out of a FIFO")
struct FIFOFrameReaderTests {
    typealias Frame = FIFOFrameReader.Frame

    /// Everything that comes out of these pieces, and of the end if there is one.
    private func frames(
        _ pieces: [String], ends: Bool = false, max: Int = 65_536
    ) -> [Frame] {
        var reader = FIFOFrameReader(frameBytesMax: max)
        var frames: [Frame] = []
        for piece in pieces {
            reader.append(Array(piece.utf8).span)
            while let frame = reader.next() { frames.append(frame) }
        }
        if ends, let frame = reader.flush() { frames.append(frame) }
        return frames
    }

    private func json(_ text: String, _ reply: String = "r") -> Frame {
        .json(reply: Array(reply.utf8), text: Array(text.utf8))
    }

    private func lines(_ text: String) -> Frame { .lines(Array(text.utf8)) }

    @Test("a JSON command ends with its line, however it comes")
    func jsonLine() {
        #expect(frames([":r:{\"a\":1}\n"]) == [json(#"{"a":1}"#)])
        #expect(frames(["::[]\n"]) == [json("[]", "")])
        #expect(frames([":r: {} \r\n"]).count == 1)
        let bytewise = #":r:{"a":"}\"","b":[{}]}"#.map { String($0) } + ["\n"]
        #expect(frames(bytewise) == [json(#"{"a":"}\"","b":[{}]}"#)])
    }

    @Test(
        "a JSON value that is whole is a command without a line feed, as client libraries write it")
    func jsonWithoutLineFeed() {
        #expect(frames([#":r:{"a":1}"#]) == [json(#"{"a":1}"#)])
        #expect(frames([#":r:{"a":1}:s:{"b":2}"#]) == [json(#"{"a":1}"#), json(#"{"b":2}"#, "s")])
        #expect(frames([":r:{}:c:s\n\n"]) == [json("{}"), lines(":c:s\n")])
    }

    @Test("what follows a JSON value on its line makes the line no JSON; it is not lost")
    func jsonWithTail() {
        #expect(frames([":r:{} x\n:s:{}\n"]) == [json("{} x"), json("{}", "s")])
        #expect(frames([":r:{}]\n"]) == [json("{}]")])
        #expect(frames([":r:{} x"], ends: true) == [json("{} x")])
    }

    @Test("broken JSON is a command at its line feed, and nothing before")
    func brokenJSON() {
        #expect(frames([":r:{\"a"]) == [])
        #expect(frames([":r:{\"a", "\n"]) == [json("{\"a")])
        #expect(frames([":r:[1,{\n:s:{}\n"]) == [json("[1,{"), json("{}", "s")])
    }

    @Test("a command of lines ends with an empty line, with the next command, or with its writer")
    func lineCommands() {
        #expect(frames([":c:r\na\nb\n\n"]) == [lines(":c:r\na\nb\n")])
        #expect(frames([":c:r\r\na\r\n\r\n"]) == [lines(":c:r\r\na\r\n")])
        #expect(frames([":c:r\na\n:d:s\nb\n\n"]) == [lines(":c:r\na\n"), lines(":d:s\nb\n")])
        #expect(frames([":c:r\na\n:s:{}\n"]) == [lines(":c:r\na\n"), json("{}", "s")])
        #expect(frames([":c:r\na\n::{}\n"]) == [lines(":c:r\na\n"), json("{}", "")])
        #expect(frames([":c:r\n::1\n:x\n\n"]) == [lines(":c:r\n::1\n:x\n")])
        #expect(frames([":c:r\na\n"]) == [])
        #expect(frames([":c:r\na\n"], ends: true) == [lines(":c:r\na\n")])
        #expect(frames([":c:r\n\n", ":c:r\n\n"]) == [lines(":c:r\n"), lines(":c:r\n")])
        #expect(frames(":c:r\nab\n\n".map { String($0) }) == [lines(":c:r\nab\n")])
    }

    @Test("F07: empty lines, blanks and CR between commands are nothing")
    func blanks() {
        #expect(frames(["\n\r\n  \t\n :r:{}\n\n"]) == [json("{}")])
        #expect(frames(["\n \n"], ends: true) == [])
    }

    @Test(
        "F08: what its writer did not finish is thrown away, and the next command is itself again")
    func incomplete() {
        for text in [":", ":r", ":r:", ":r:{\"a\":", ":c:r\nhalf", "garbage"] {
            #expect(frames([text], ends: true) == [.incomplete], "\(text)")
        }
        var reader = FIFOFrameReader()
        reader.append(Array(":r:{\"a\":".utf8).span)
        #expect(reader.next() == nil && reader.isInside)
        #expect(reader.flush() == .incomplete && !reader.isInside)
        reader.append(Array(":s:{}\n".utf8).span)
        #expect(reader.next() == json("{}", "s"))
    }

    @Test(
        "F09: what is too long is told once and skipped to the next line feed",
        arguments: [":r:{\"a\":\"", ":c:r\n", "x", ":"])
    func tooLong(start: String) {
        let chunk = String(repeating: "y", count: 4_096)
        let pieces = [start] + Array(repeating: chunk, count: 2_560) + ["\n:s:{}\n"]
        #expect(frames(pieces) == [.tooLong, json("{}", "s")])
    }

    @Test("the limit holds however the bytes were cut")
    func limit() {
        let fits = ":r:[" + String(repeating: " ", count: 95) + "]\n"
        #expect(frames([fits], max: 100) == [json(String(fits.dropFirst(3).dropLast()))])
        #expect(
            frames([":r:[" + String(repeating: " ", count: 96) + "]\n"], max: 100) == [.tooLong])
        #expect(
            frames([":c:\n" + String(repeating: "a\n", count: 60) + "\n:r:{}\n"], max: 100)
                == [.tooLong, json("{}")])
        #expect(
            frames([":c:\n" + String(repeating: "a\n", count: 60), "\n:r:{}\n"], max: 100)
                == [.tooLong, json("{}")])
    }

    @Test("lines that begin no command are skipped one by one")
    func noCommand() {
        #expect(frames(["what\n:c\n:r:{}\n"]) == [.noCommand, .noCommand, json("{}")])
        #expect(frames(["wh", "at\n", ":r:{}\n"]) == [.noCommand, json("{}")])
    }

    @Test("F10: a thousand commands in one piece come out in order")
    func many() {
        let text = (0..<1_000).map { ":r:{\"id\":\($0)}\n" }.joined()
        #expect(frames([text]) == (0..<1_000).map { json("{\"id\":\($0)}") })
    }

    @Test("F16: random bytes neither crash it nor make it forget a command behind them")
    func noise() {
        var random = SeededRandom(seed: 16)
        let marks = Array(":\n{}\"[ ".utf8)
        for _ in 0..<200 {
            var reader = FIFOFrameReader(frameBytesMax: 512)
            var last: Frame?
            let noise = (0..<Int.random(in: 0..<4_096, using: &random)).map { _ in
                let byte = UInt8.random(in: 0...255, using: &random)
                return byte % 7 == 0 ? marks[Int(byte) % marks.count] : byte
            }
            for piece in [noise, Array("\n\n:r:{}\n".utf8)] {
                reader.append(piece.span)
                while let frame = reader.next() { last = frame }
            }
            #expect(last == json("{}"))
            #expect(!reader.isInside)
        }
    }
}
