/// Bracket expressions: `[abc]`, `[^a-z]`, `[[:alpha:]_]` (POSIX §9.3.5). A backslash is a
/// character like others in them.
extension RegexParser {
    /// From the `[` to behind its `]`.
    mutating func bracketExpression() throws(RegexError) -> (set: ByteClass, isInverted: Bool) {
        let start = place
        place += 1
        let isInverted = take("^")
        var set = ByteClass.none
        let first = place
        while true {
            guard let byte = next else { throw RegexError("Expected ] to this [.", at: start) }
            // POSIX: `]` is a character where it comes first.
            if byte == UInt8(ascii: "]"), place > first { break }
            if let named = try characterClass() {
                set.formUnion(named)
                continue
            }
            let low = try rangeEnd()
            guard next == UInt8(ascii: "-"), place + 1 < pattern.endIndex,
                pattern[place + 1] != UInt8(ascii: "]")
            else {
                set.insert(low)
                continue
            }
            let dash = place
            place += 1
            guard try characterClass() == nil else {
                throw RegexError("Expected a single character at the end of a range.", at: dash)
            }
            let high = try rangeEnd()
            guard low <= high else {
                throw RegexError("Expected the smaller character first in a range.", at: dash)
            }
            set.insert(low...high)
        }
        place += 1
        return (set, isInverted)
    }

    /// `[:alpha:]`; nil where there is none.
    private mutating func characterClass() throws(RegexError) -> ByteClass? {
        let start = place
        guard let name = try delimited(by: ":") else { return nil }
        guard let set = ByteClass.named(name) else {
            throw RegexError("Expected a class like [:alpha:], [:digit:] or [:space:].", at: start)
        }
        return set
    }

    /// One character: itself, or `[.x.]`, or `[=x=]`, of which the C locale has no others that are
    /// its equals.
    private mutating func rangeEnd() throws(RegexError) -> UInt8 {
        let start = place
        for mark: Unicode.Scalar in [".", "="] {
            guard let name = try delimited(by: mark) else { continue }
            guard let byte = name.first, name.count == 1 else {
                throw RegexError("Expected a single character: [.x.] or [=x=].", at: start)
            }
            return byte
        }
        guard let byte = next else { throw RegexError("Expected ] to a [ before.", at: start) }
        place += 1
        return byte
    }

    /// What stands between `[:` and `:]`.
    private mutating func delimited(
        by mark: Unicode.Scalar
    ) throws(RegexError) -> ArraySlice<UInt8>? {
        let start = place
        let mark = UInt8(ascii: mark)
        guard next == UInt8(ascii: "["), start + 1 < pattern.endIndex, pattern[start + 1] == mark
        else { return nil }
        var end = start + 2
        while end + 1 < pattern.endIndex {
            if pattern[end] == mark, pattern[end + 1] == UInt8(ascii: "]") {
                place = end + 2
                return pattern[(start + 2)..<end]
            }
            end += 1
        }
        throw RegexError("Expected the end of what begins here.", at: start)
    }
}
