import EventCore
import TestSupport
import Testing

@Suite struct OccurrenceIDTests {
    @Test("an id is the epoch in hexadecimal, -, the sequence in decimal, as text and as bytes")
    func written() {
        #expect(OccurrenceID(epoch: 0x19c_2e55_aa10, sequence: 42).description == "19c2e55aa10-42")
        var random = SeededRandom(seed: 7)
        var ids = [
            OccurrenceID(epoch: 0, sequence: 0), OccurrenceID(epoch: .max, sequence: .max),
            OccurrenceID(epoch: .min, sequence: .max), OccurrenceID(epoch: -1, sequence: 1),
        ]
        for _ in 0..<10_000 {
            // Of every length.
            let epoch =
                Int64(truncatingIfNeeded: random.next()) >> Int64.random(in: 0...63, using: &random)
            let sequence = random.next() >> UInt64.random(in: 0...63, using: &random)
            ids.append(OccurrenceID(epoch: epoch, sequence: sequence))
        }
        for id in ids {
            let expected = String(id.epoch, radix: 16) + "-" + String(id.sequence)
            #expect(id.description == expected)
            let bytes = [UInt8](capacity: OccurrenceID.textBytesMax) { id.write(to: &$0) }
            #expect(bytes == Array(expected.utf8))
        }
    }

    @Test("digits in any radix are those of String(_:radix:)")
    func digits() {
        var random = SeededRandom(seed: 8)
        for _ in 0..<10_000 {
            let number = random.next() >> UInt64.random(in: 0...63, using: &random)
            let radix = UInt64.random(in: 2...36, using: &random)
            let bytes = [UInt8](capacity: 64) { $0.append(number, radix: radix) }
            #expect(bytes == Array(String(number, radix: Int(radix)).utf8))
        }
    }
}
