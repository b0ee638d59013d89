import TestSupport
import Testing

@testable import EventCore

@Suite("The log of occurrences")
struct OccurrenceLogTests {
    private func append(_ log: inout OccurrenceLog, text: String = "") {
        let params = Params(values: text.isEmpty ? [] : [.string(text)])
        log.append(
            Occurrence(
                id: OccurrenceID(epoch: 1, sequence: log.next), event: "E_X", params: params,
                time: Int64(log.next)),
            raiser: 0, nil)
    }

    @Test("it remembers so many, and the oldest give way")
    func count() {
        var log = OccurrenceLog(entriesMax: 100, bytesMax: .max)
        for _ in 0..<1_000 { append(&log) }
        #expect(log.first == 901)
        #expect(log.next == 1_001)
        #expect(log[900] == nil)
        #expect(log[901]?.occurrence.sequence == 901)
        #expect(log[1_000]?.occurrence.sequence == 1_000)
        #expect(log[1_001] == nil)
        #expect(log[0] == nil)
    }

    @Test("it takes up so many bytes at most, whatever the params; the newest stays")
    func bytes() {
        var log = OccurrenceLog(entriesMax: 1_000, bytesMax: 100_000)
        var random = SeededRandom(seed: 7)
        for _ in 0..<5_000 {
            append(
                &log, text: String(repeating: "x", count: Int.random(in: 0...9_000, using: &random))
            )
            #expect(log.bytes <= 100_000)
            #expect(log[log.next - 1] != nil)
        }
        append(&log, text: String(repeating: "x", count: 200_000))
        #expect(log.first == log.next - 1)
        append(&log)
        #expect(log[log.next - 1] != nil)
        #expect(log.bytes <= 100_000)
    }

    @Test("with 0 it remembers none, and the numbers go on")
    func off() {
        var log = OccurrenceLog(entriesMax: 0, bytesMax: 1)
        append(&log)
        log.skip()
        append(&log)
        #expect(log.next == 4)
        #expect(log.isEmpty)
        #expect(log.bytes == 0)
        #expect(log[2] == nil)
    }
}
