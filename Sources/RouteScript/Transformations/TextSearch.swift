/// Looks for a text in another in linear time (Knuth, Morris and Pratt): both may come from
/// strangers.
struct TextSearch {
    private let needle: [UInt8]
    /// For each place of the needle: how many of its first bytes it also has before that place.
    private let fallbacks: [Int]

    /// The text to look for; not empty.
    init(_ needle: [UInt8]) {
        self.needle = needle
        var fallbacks = [0]
        var matched = 0
        for byte in needle.dropFirst() {
            while matched > 0, byte != needle[matched] { matched = fallbacks[matched - 1] }
            if byte == needle[matched] { matched += 1 }
            fallbacks.append(matched)
        }
        self.fallbacks = fallbacks
    }

    /// The index at which it stands first; nil if it does not.
    func first<Text: RandomAccessCollection<UInt8>>(in text: Text) -> Int? where Text.Index == Int {
        var matched = 0
        for index in text.indices {
            while matched > 0, text[index] != needle[matched] { matched = fallbacks[matched - 1] }
            if text[index] == needle[matched] { matched += 1 }
            if matched == needle.count { return index + 1 - matched }
        }
        return nil
    }
}
