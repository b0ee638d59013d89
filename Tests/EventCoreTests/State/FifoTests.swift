import TestSupport
import Testing

@testable import EventCore

@Suite struct FifoTests {
    @Test("random appends, pops at both ends, and looks and changes anywhere agree with an array")
    func againstAnArray() {
        var random = SeededRandom(seed: 5)
        var fifo = Fifo<Int>()
        var array: [Int] = []
        for step in 0..<20_000 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<(step % 4_000 < 2_000 ? 6 : 3):
                fifo.append(step)
                array.append(step)
            case 9:
                let last = fifo.popLast()
                let expected = array.popLast()
                #expect(last == expected)
            case 8 where !array.isEmpty:
                _ = fifo.updateFirst { $0 += 1 }
                array[0] += 1
            default:
                let first = fifo.popFirst()
                let expected = array.isEmpty ? nil : array.removeFirst()
                #expect(first == expected)
            }
            #expect(fifo.count == array.count && fifo.first == array.first)
            guard let place = array.indices.randomElement(using: &random) else { continue }
            #expect(fifo[place] == array[place])
            fifo[place] = -step
            array[place] = -step
        }
    }
}
