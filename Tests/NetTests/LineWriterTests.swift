import Foundation
import Net
import TestSupport
import Testing

@Suite struct LineWriterTests {
    @Test("lines arrive whole and in order; after flush all are there")
    func order() {
        let pipe = Pipe()
        let writer = LineWriter(descriptor: pipe.fileHandleForWriting.fileDescriptor) { _ in [] }
        for number in 0..<100 { writer.write(Array("line \(number)\n".utf8)) }
        writer.flush(withinMilliseconds: 5_000)
        let text = String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        #expect(text == (0..<100).map { "line \($0)\n" }.joined())
        #expect(writer.counters.lines == 100 && writer.counters.dropped == 0)
        #expect(writer.counters.lastDropped == nil)
    }

    @Test(
        "who writes never waits for who does not read: lines are lost, counted, and told of later")
    func blocked() {
        let pipe = Pipe()
        let writer = LineWriter(
            descriptor: pipe.fileHandleForWriting.fileDescriptor, bytesMax: 100_000
        ) { count in Array("lost \(count)\n".utf8) }
        let line = [UInt8](repeating: 0x78, count: 999) + [0x0A]
        let start = Clock.boot()
        // A pipe holds 64 KB, the writer 100,000 bytes more.
        for _ in 0..<2_000 { writer.write(line) }
        #expect(Clock.boot() - start < 2_000_000_000)
        writer.flush(withinMilliseconds: 20)
        let dropped = writer.counters.dropped
        #expect(dropped > 1_500 && dropped + writer.counters.lines == 2_000)
        #expect(writer.counters.lastDropped != nil)
        // What was lost is told as often as there is room: all of it in the end.
        var text = ""
        var notes: [UInt64] {
            text.matches(of: /lost ([0-9]+)\n/).compactMap { UInt64($0.output.1) }
        }
        while notes.reduce(0, +) < dropped {
            text += String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        }
        #expect(notes.reduce(0, +) == dropped)
        writer.write(Array("again\n".utf8))
        while !text.hasSuffix("again\n") {
            text += String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self)
        }
        #expect(
            text.split(separator: "\n").count == Int(writer.counters.lines) + notes.count)
    }
}
