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
        #expect(log.entry(900, epoch: 1) == nil)
        #expect(log.entry(901, epoch: 1)?.occurrence.sequence == 901)
        #expect(log.entry(1_000, epoch: 1)?.occurrence.sequence == 1_000)
        #expect(log.entry(1_001, epoch: 1) == nil)
        #expect(log.entry(0, epoch: 1) == nil)
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
            #expect(log.entry(log.next - 1, epoch: 1) != nil)
        }
        append(&log, text: String(repeating: "x", count: 200_000))
        #expect(log.first == log.next - 1)
        append(&log)
        #expect(log.entry(log.next - 1, epoch: 1) != nil)
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
        #expect(log.entry(2, epoch: 1) == nil)
    }

    @Test("what nobody was told of is written down, and reads as it was, among what was told")
    func packed() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededRandom(seed: seed)
        var log = OccurrenceLog(entriesMax: 300, bytesMax: .max)
        var model: [UInt64: (event: String, params: Params, raiser: UInt32, depth: Int)] = [:]
        for sequence in 1...3_000 as ClosedRange<UInt64> {
            let params = Params.random(using: &random)
            let event = "E_\(sequence % 7)"
            let raiser = random.oneIn(2) ? NameTable.none : UInt32.random(in: 0...9, using: &random)
            if random.oneIn(5) {
                log.append(
                    Occurrence(
                        id: OccurrenceID(epoch: 1, sequence: sequence), event: event,
                        params: params, time: Int64(sequence), depth: 3), raiser: raiser, nil)
            } else {
                log.append(event: event, params, time: Int64(sequence), raiser: raiser, depth: 3)
            }
            model[sequence] = (event, params, raiser, 3)
            #expect(log.entry(sequence - min(sequence, 300), epoch: 1) == nil, "seed \(seed)")
            guard sequence % 100 == 0 else { continue }
            for known in log.first..<log.next {
                let entry = try #require(log.entry(known, epoch: 1), "seed \(seed)")
                let expected = try #require(model[known])
                #expect(entry.occurrence.id.sequence == known)
                #expect(entry.occurrence.event == expected.event)
                #expect(entry.occurrence.params == expected.params, "seed \(seed)")
                #expect(entry.occurrence.time == Int64(known))
                #expect(entry.occurrence.depth == expected.depth)
                #expect(entry.raiser == expected.raiser)
                let head = try #require(log.head(known))
                #expect(head.event == expected.event && head.time == Int64(known))
            }
        }
    }

    @Test("memory of what was written down is given back, whatever the sizes; the newest stays")
    func packedBytes() {
        var random = SeededRandom(seed: 3)
        var log = OccurrenceLog(entriesMax: 1_000, bytesMax: 200_000)
        for sequence in 1...5_000 as ClosedRange<UInt64> {
            let size = random.oneIn(50) ? 90_000 : Int.random(in: 0...2_000, using: &random)
            let params = Params(values: [.string(String(repeating: "x", count: size))])
            log.append(event: "E", params, time: 0, raiser: 0, depth: 0)
            #expect(log.bytes <= 200_000)
            #expect(log.entry(sequence, epoch: 1)?.occurrence.params == params)
        }
        let large = Params(values: [.string(String(repeating: "x", count: 400_000))])
        log.append(event: "E", large, time: 0, raiser: 0, depth: 0)
        #expect(log.first == log.next - 1)
        #expect(log.entry(5_001, epoch: 1)?.occurrence.params == large)
        log.append(event: "E", .none, time: 0, raiser: 0, depth: 0)
        #expect(log.bytes <= 200_000)
    }
}

extension Params {
    fileprivate static func random(using random: inout SeededRandom) -> Params {
        let values: [Value] = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            switch Int.random(in: 0...4, using: &random) {
            case 0: .integer(Int64(bitPattern: random.next()))
            case 1: .double(Double.random(in: -1...1, using: &random))
            case 2: .boolean(true)
            case 3: .boolean(false)
            default:
                .string(
                    String(
                        repeating: "\u{E9}\0",
                        count: Int.random(in: 0...(random.oneIn(9) ? 200 : 5), using: &random)))
            }
        }
        guard random.oneIn(2) else { return Params(values: values) }
        return Params(named: values.enumerated().map { ("name \($0.offset)", $0.element) })
    }
}
