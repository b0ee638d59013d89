@testable import RouteScript

/// A regular expression as the set of places where it can end: slow, short, and right also where glibc
/// is not (anchors within repetitions).
struct NaiveRegex {
    private let tree: RegexNode
    private let lines: Bool

    init(_ pattern: [UInt8], ignoresCase: Bool, lines: Bool) throws(RegexError) {
        var parser = RegexParser(
            pattern, ignoresCase: ignoresCase, lines: lines, limits: RegexLimits())
        tree = try parser.parse()
        self.lines = lines
    }

    /// The leftmost match, the longest of those that begin there.
    func firstMatch(in text: [UInt8]) -> Range<Int>? {
        for start in 0...text.count {
            if let end = ends(tree, [start], text).max() { return start..<end }
        }
        return nil
    }

    /// Where what begins at one of these places can end.
    private func ends(_ node: RegexNode, _ starts: Set<Int>, _ text: [UInt8]) -> Set<Int> {
        switch node {
        case .empty: return starts
        case .bytes(let set):
            return Set(starts.filter { $0 < text.count && set.contains(text[$0]) }.map { $0 + 1 })
        case .assertion(let assertion):
            return starts.filter { assertion.holds(at: $0, in: text.span, lines: lines) }
        case .sequence(let nodes): return nodes.reduce(starts) { ends($1, $0, text) }
        case .choice(let nodes):
            return nodes.reduce([]) { $0.union(ends($1, starts, text)) }
        case .group(let node, _): return ends(node, starts, text)
        case .repetition(let node, let least, let most):
            var all = (0..<least).reduce(starts) { reached, _ in ends(node, reached, text) }
            // After as many rounds as there are places nothing new is reached.
            for _ in 0..<(most.map { $0 - least } ?? text.count + 1) {
                all.formUnion(ends(node, all, text))
            }
            return all
        }
    }
}
