/// A regular expression as a tree.
indirect enum RegexNode: Sendable, Equatable {
    /// Matches the empty text.
    case empty
    /// One byte out of a set.
    case bytes(ByteClass)
    /// A condition on a place; takes no byte.
    case assertion(RegexAssertion)
    /// One after the other.
    case sequence([RegexNode])
    /// One or the other.
    case choice([RegexNode])
    /// `*`, `+`, `?`, `{n,m}`; nil is without end.
    case repetition(RegexNode, least: Int, most: Int?)
    /// `( )`, counted from 1 by the opening parenthesis.
    case group(RegexNode, number: Int)
}

/// A condition on a place in a text.
enum RegexAssertion: Sendable, Equatable {
    /// `^` and `$`.
    case lineStart, lineEnd
    /// `` \` `` and `\'`.
    case textStart, textEnd
    /// `\<` and `\>`.
    case wordStart, wordEnd
    /// `\b` and `\B`.
    case wordBoundary, noWordBoundary

    /// Whether it holds before the byte at `place`. `lines`: whether line ends within the text
    /// count.
    @inline(__always)
    func holds(at place: Int, in text: Span<UInt8>, lines: Bool) -> Bool {
        switch self {
        case .lineStart:
            place == 0 || lines && text[place &- 1] == UInt8(ascii: "\n")
        case .lineEnd:
            place == text.count || lines && text[place] == UInt8(ascii: "\n")
        case .textStart: place == 0
        case .textEnd: place == text.count
        case .wordStart: !isWord(place &- 1, text) && isWord(place, text)
        case .wordEnd: isWord(place &- 1, text) && !isWord(place, text)
        case .wordBoundary: isWord(place &- 1, text) != isWord(place, text)
        case .noWordBoundary: isWord(place &- 1, text) == isWord(place, text)
        }
    }

    private func isWord(_ place: Int, _ text: Span<UInt8>) -> Bool {
        place >= 0 && place < text.count && ByteClass.word.contains(text[place])
    }
}
