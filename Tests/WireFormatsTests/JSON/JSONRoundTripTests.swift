import TestSupport
import Testing
import WireFormats

/// Random trees, the same ones for the same seed.
private struct TreeGenerator {
    var random: SeededRandom

    mutating func tree(depth: Int = 0) -> JSON {
        switch Int.random(in: 0..<(depth < 6 ? 9 : 7), using: &random) {
        case 0: return .null
        case 1: return .boolean(Bool.random(using: &random))
        case 2: return .integer(Int64.random(in: -1_000...1_000, using: &random))
        case 3: return .integer(Int64.random(in: .min ... .max, using: &random))
        case 4: return .number(double())
        case 5, 6: return .string(string())
        case 7:
            let count = Int.random(in: 0..<5, using: &random)
            return .array((0..<count).map { _ in tree(depth: depth + 1) })
        default:
            let count = Int.random(in: 0..<12, using: &random)
            return .object((0..<count).map { ("\($0)" + string(), tree(depth: depth + 1)) })
        }
    }

    /// Any finite double: of all exponents, or with few digits.
    private mutating func double() -> Double {
        if Bool.random(using: &random) {
            return Double(Int.random(in: -99_999...99_999, using: &random)) / 100
        }
        let double = Double(bitPattern: random.next())
        return double.isFinite ? double : 0.5
    }

    private mutating func string() -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<20, using: &random) {
            let ranges: [ClosedRange<UInt32>] = [
                0...0x7F, 0x20...0x7E, 0x20...0x7E, 0x20...0x7E, 0x80...0x7FF, 0x800...0xD7FF,
                0xE000...0xFFFF, 0x10000...0x10FFFF,
            ]
            let range = ranges[Int.random(in: ranges.indices, using: &random)]
            let value = UInt32.random(in: range, using: &random)
            text.unicodeScalars.append(Unicode.Scalar(value) ?? "?")
        }
        return text
    }
}

@Suite("JSON round trip")
struct JSONRoundTripTests {
    @Test("2,000 random trees are written and read back equal")
    func trees() throws {
        let seed = UInt64.random(in: .min ... .max)
        var generator = TreeGenerator(random: SeededRandom(seed: seed))
        for round in 0..<2_000 {
            let tree = generator.tree()
            var bytes: [UInt8] = []
            bytes.append(tree: tree)
            let reread = try? JSON(parsing: bytes.span)
            if reread != tree {
                Issue.record(
                    "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
                return
            }
        }
    }

    @Test("a random byte changed in a random tree never crashes the reader")
    func damage() {
        let seed = UInt64.random(in: .min ... .max)
        print("JSON round trip: seed \(seed)")
        var generator = TreeGenerator(random: SeededRandom(seed: seed))
        for _ in 0..<2_000 {
            var bytes: [UInt8] = []
            bytes.append(tree: generator.tree())
            let place = Int.random(in: 0..<bytes.count, using: &generator.random)
            bytes[place] = UInt8.random(in: 0...255, using: &generator.random)
            guard let tree = try? JSON(parsing: bytes.span) else { continue }
            var again: [UInt8] = []
            again.append(tree: tree)
            #expect((try? JSON(parsing: again.span)) == tree, "seed \(seed)")
        }
    }
}
