/// Where a match of a program can begin: most places of a text are passed over with one look.
struct RegexBeginning: Sendable {
    /// The bytes that a match can begin with; nil when it may be empty.
    private(set) var firstBytes: ByteClass?
    /// Whether it begins with the text: with `^`, where lines do not count.
    private(set) var isAnchored: Bool

    init(_ steps: [RegexProgram.Step], lines: Bool) {
        var first = ByteClass.none
        var isAnchored = true
        var mayBeEmpty = false
        var seen = Set<Int>()
        var pending: [(step: Int, isAnchored: Bool)] = [(0, false)]
        while let (step, wasAnchored) = pending.popLast() {
            // A step that is reached with and without an anchor is gone through for both.
            guard seen.insert(step * 2 + (wasAnchored ? 1 : 0)).inserted else { continue }
            switch steps[step] {
            case .take(let set):
                first.formUnion(set)
                isAnchored = isAnchored && wasAnchored
            case .accept:
                mayBeEmpty = true
                isAnchored = isAnchored && wasAnchored
            case .jump(let target): pending.append((target, wasAnchored))
            case .split(let one, let other):
                pending.append((one, wasAnchored))
                pending.append((other, wasAnchored))
            case .save: pending.append((step + 1, wasAnchored))
            case .assert(let assertion):
                let anchors = assertion == .textStart || assertion == .lineStart && !lines
                pending.append((step + 1, wasAnchored || anchors))
            }
        }
        firstBytes = mayBeEmpty ? nil : first
        self.isAnchored = isAnchored
    }

    /// Whether a match can begin at that place.
    @inline(__always)
    func isPossible(at place: Int, in text: Span<UInt8>) -> Bool {
        if isAnchored, place > 0 { return false }
        guard let firstBytes else { return true }
        return place < text.count && firstBytes.contains(text[place])
    }

    /// The first place at or behind `place` where a match can begin; nil when there is none.
    func next(from place: Int, in text: Span<UInt8>) -> Int? {
        for place in place...text.count {
            if isPossible(at: place, in: text) { return place }
            if isAnchored { return nil }
        }
        return nil
    }
}
