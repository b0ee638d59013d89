import TestSupport
import Testing

@testable import Transports

/// Something that is counted while it lives.
private final class Token {
    let number: Int
    private let living: Living

    init(_ number: Int, _ living: Living) {
        self.number = number
        self.living = living
        living.count += 1
    }

    deinit {
        living.count -= 1
    }
}

/// How many tokens live.
private final class Living {
    var count = 0
}

@Suite("Queue whose elements are moved")
struct MoveQueueTests {
    @Test("order is kept, however it grows and wherever its front stands in its memory")
    func order() {
        for ahead in 0..<20 {
            var queue = MoveQueue<Int>()
            for value in 0..<ahead { queue.append(value) }
            var next = 0
            for value in ahead..<2_000 {
                queue.append(value)
                if value % 3 != 0 {
                    #expect(queue.removeFirst() == next)
                    next += 1
                }
            }
            while !queue.isEmpty {
                #expect(queue.withElement(0) { $0 } == next)
                #expect(queue.removeFirst() == next)
                next += 1
            }
            #expect(next == 2_000)
        }
    }

    @Test("random work against an array: what is in it, and that nothing is freed early or twice")
    func random() {
        var random = SeededRandom(seed: 11)
        let living = Living()
        for kept in [0, 8, 64] {
            var queue = MoveQueue<Token>(capacityKept: kept)
            var model: [Int] = []
            var number = 0
            for _ in 0..<5_000 {
                switch Int.random(in: 0..<8, using: &random) {
                case 0..<3:
                    queue.append(Token(number, living))
                    model.append(number)
                    number += 1
                case 3..<5:
                    guard !queue.isEmpty else { continue }
                    #expect(queue.removeFirst().number == model.removeFirst())
                case 5:
                    queue.restoreFirst(Token(number, living))
                    model.insert(number, at: 0)
                    number += 1
                case 6:
                    guard let offset = model.indices.randomElement(using: &random) else { continue }
                    let old = queue.replace(offset, with: Token(number, living))
                    #expect(old.number == model[offset])
                    model[offset] = number
                    number += 1
                default:
                    var more = MoveQueue<Token>()
                    for _ in 0..<Int.random(in: 0...12, using: &random) {
                        more.append(Token(number, living))
                        number += 1
                    }
                    let moved = Int.random(in: 0...more.count, using: &random)
                    let first = number - more.count
                    queue.append(moved, of: &more)
                    model += first..<(first + moved)
                }
                #expect(living.count == model.count)
                let (count, isEmpty) = (queue.count, queue.isEmpty)
                #expect(count == model.count && isEmpty == model.isEmpty)
                for offset in model.indices {
                    guard queue.withElement(offset, { $0.number }) != model[offset] else {
                        continue
                    }
                    Issue.record("another element at \(offset)")
                }
            }
            #expect(living.count == model.count)
        }
        #expect(living.count == 0)
    }

    @Test("an emptied queue goes on, whether it kept its memory or gave it back")
    func emptied() {
        var queue = MoveQueue<Int>(capacityKept: 8)
        for size in [1, 8, 9, 100, 3] {
            for value in 0..<size { queue.append(value) }
            for value in 0..<size { #expect(queue.removeFirst() == value) }
            let isEmpty = queue.isEmpty
            #expect(isEmpty)
        }
    }
}
