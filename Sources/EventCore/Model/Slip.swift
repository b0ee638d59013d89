/// How a name differs from another one that was perhaps meant: a slip of the hand. Letters count in their case.
enum Slip {
    /// Only some letters are of the other case.
    case letterCase
    /// One character is missing, too many, or another one, or two neighbours are swapped; whatever their case.
    case oneCharacter

    /// The slip between two names; nil where they differ by more, or not at all. Linear in their length.
    static func between(_ one: String, _ other: String) -> Slip? {
        let (left, right) = (one.utf8Span.span, other.utf8Span.span)
        guard abs(left.count - right.count) <= 1, one != other else { return nil }
        var start = 0
        let shorter = min(left.count, right.count)
        while start < shorter, folded(left[start]) == folded(right[start]) { start += 1 }
        if start == left.count, start == right.count { return .letterCase }
        var end = 0
        while end < shorter - start,
            folded(left[left.count - 1 - end]) == folded(right[right.count - 1 - end])
        {
            end += 1
        }
        let (restLeft, restRight) = (left.count - start - end, right.count - start - end)
        if restLeft <= 1, restRight <= 1 { return .oneCharacter }
        guard restLeft == 2, restRight == 2 else { return nil }
        let isSwapped =
            folded(left[start]) == folded(right[start + 1])
            && folded(left[start + 1]) == folded(right[start])
        return isSwapped ? .oneCharacter : nil
    }

    /// Why a subscription to the event `name` does not match, in a sentence.
    func message(_ name: String) -> String {
        switch self {
        case .letterCase: "It is subscribed to '\(name)': names count in the case of their letters."
        case .oneCharacter: "It is subscribed to '\(name)', which differs in a character."
        }
    }

    private static func folded(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}
