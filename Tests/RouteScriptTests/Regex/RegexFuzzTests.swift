import RouteScript
import TestSupport
import Testing

/// Patterns and texts by chance, ours held against glibc's `regexec`.
@Suite struct RegexFuzzTests {
    private struct Writer {
        var random: SeededRandom

        /// glibc gets anchors within repetitions wrong, and line ends where it was told that they
        /// mean nothing; so there are either anchors or repeated groups, and line ends with
        /// REG_NEWLINE only.
        var hasAnchors = false
        var repeatsGroups = true
        var lines = false

        mutating func below(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }

        /// A pattern that follows the grammar.
        mutating func pattern(_ depth: Int) -> String {
            (0...below(2)).map { _ in sequence(depth) }.joined(separator: "|")
        }

        private mutating func sequence(_ depth: Int) -> String {
            (0..<(1 + below(3))).map { _ in piece(depth) }.joined()
        }

        private mutating func piece(_ depth: Int) -> String {
            let atoms = [
                "a", "b", "A", ".", "[ab]", "[^a]", "[b-c]", "[[:alpha:]]", #"\."#, #"\w"#, "\n",
            ]
            let anchors = ["^", "$", #"\b"#, #"\<"#, #"\>"#]
            switch below(12) {
            case 0..<3 where depth > 0:
                return "(" + pattern(depth - 1) + ")" + (repeatsGroups ? operators() : "")
            case 3 where hasAnchors: return anchors[below(anchors.count)]
            default: return atoms[below(atoms.count)] + operators()
            }
        }

        private mutating func operators() -> String {
            let all = ["", "", "", "*", "+", "?", "{2}", "{1,2}", "{,2}", "{2,}"]
            return all[below(all.count)]
        }

        /// Anything, mostly out of characters that mean something.
        mutating func noise() -> String {
            let marks = Array("ab()[]{}*+?|^$.\\-,12:=")
            return String((0..<(1 + below(10))).map { _ in marks[below(marks.count)] })
        }

        mutating func text() -> [UInt8] {
            let letters = Array((lines ? "aabbcAB.\n_" : "aabbcAB._").utf8)
            return (0..<below(12)).map { _ in letters[below(letters.count)] }
        }
    }

    @Test("what matches, and where, is what glibc says", arguments: 1...20 as ClosedRange<UInt64>)
    func matches(seed: UInt64) throws {
        var writer = Writer(random: SeededRandom(seed: seed))
        for _ in 0..<400 {
            writer.hasAnchors = writer.below(2) == 0
            writer.repeatsGroups = !writer.hasAnchors
            writer.lines = writer.below(2) == 0
            let ignoresCase = writer.below(2) == 0
            let pattern = Array(writer.pattern(2).utf8)
            guard
                let theirs = SystemRegex(pattern, ignoresCase: ignoresCase, lines: writer.lines)
            else { continue }
            let ours = try Regex(pattern, ignoresCase: ignoresCase, lines: writer.lines)
            for _ in 0..<8 {
                let text = writer.text()
                let match = ours.firstMatch(in: text)
                let comment = Comment(
                    rawValue: "\(String(decoding: pattern, as: UTF8.self)) on \(text) seed \(seed)")
                #expect(match?.range == theirs.firstMatch(in: text)?[0], comment)
                #expect(ours.matches(text) == (match != nil), comment)
            }
        }
    }

    @Test(
        "what matches, and where, is what a naive search says, anchors anywhere",
        arguments: 1...20 as ClosedRange<UInt64>)
    func naively(seed: UInt64) throws {
        var writer = Writer(random: SeededRandom(seed: seed), hasAnchors: true)
        for _ in 0..<200 {
            writer.lines = writer.below(2) == 0
            let pattern = Array(writer.pattern(2).utf8)
            let ignoresCase = writer.below(2) == 0
            // By chance an anchor is followed by an operator.
            guard
                let ours = try? Regex(pattern, ignoresCase: ignoresCase, lines: writer.lines)
            else { continue }
            let naive = try NaiveRegex(
                pattern, ignoresCase: ignoresCase, lines: writer.lines)
            for _ in 0..<8 {
                let text = writer.text()
                let match = ours.firstMatch(in: text)?.range
                let comment = Comment(
                    rawValue: "\(String(decoding: pattern, as: UTF8.self)) on \(text) seed \(seed)")
                #expect(match == naive.firstMatch(in: text), comment)
                #expect(ours.matches(text) == (match != nil), comment)
            }
        }
    }

    @Test(
        "what is a pattern is what glibc takes for one, but for what we refuse on purpose",
        arguments: 1...20 as ClosedRange<UInt64>)
    func patterns(seed: UInt64) {
        var writer = Writer(random: SeededRandom(seed: seed))
        for _ in 0..<2_000 {
            let pattern = Array(writer.noise().utf8)
            let theirs = SystemRegex(pattern, ignoresCase: true, lines: false)
            do {
                _ = try Regex(pattern)
                #expect(theirs != nil, "\(String(decoding: pattern, as: UTF8.self)) seed \(seed)")
            } catch {
                let isOurs =
                    error.message.contains("Back-references")
                    || error.message.contains("means nothing")
                    || error.message.contains("more than 255")
                #expect(
                    theirs == nil || isOurs,
                    "\(String(decoding: pattern, as: UTF8.self)) seed \(seed): \(error.message)")
            }
        }
    }
}
