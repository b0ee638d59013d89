/// A place in a script: an offset into all its texts laid end to end. Four bytes, so that each
/// instruction can have one.
struct Place: Sendable, Hashable, Comparable {
    var offset: UInt32

    static func < (left: Place, right: Place) -> Bool { left.offset < right.offset }
}

/// The texts of a script, and where their lines begin: what turns a place into `file:line:column`.
struct SourceMap: Sendable {
    /// One source text.
    struct Text: Sendable {
        let name: String
        let bytes: [UInt8]
        /// Offset of its first byte.
        let base: UInt32
        /// Offsets of the first byte of each line, from 0.
        let lineStarts: [UInt32]
    }

    private(set) var texts: [Text] = []
    /// Offset behind all texts.
    private(set) var end: UInt32 = 0

    /// Adds a text; its place among `texts`. The caller has checked that it fits.
    mutating func add(_ source: SourceText) -> Int {
        texts.append(
            Text(
                name: source.name, bytes: source.bytes, base: end,
                lineStarts: SourceMap.lineStarts(source.bytes)))
        // One more than its bytes: the end of a text is a place too.
        end += UInt32(source.bytes.count) + 1
        return texts.count - 1
    }

    func position(_ place: Place) -> SourcePosition {
        let text = texts[index(of: place)]
        let offset = place.offset - text.base
        let line = SourceMap.last(text.lineStarts) { $0 <= offset }
        return SourcePosition(
            file: text.name, line: line + 1, column: Int(offset - text.lineStarts[line]) + 1)
    }

    /// The problem with its line and caret.
    func problem(_ message: String, _ place: Place) -> ScriptProblem {
        let text = texts[index(of: place)]
        let position = position(place)
        let start = Int(text.lineStarts[position.line - 1])
        var end = start
        while end < text.bytes.count, text.bytes[end] != UInt8(ascii: "\n") { end += 1 }
        if end > start, text.bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        // A long line is shown around the column only.
        let half = ScriptLimits.excerptBytesMax / 2
        let from = max(start, min(start + position.column - 1 - half, end))
        let to = min(end, from + ScriptLimits.excerptBytesMax)
        return ScriptProblem(
            position: position, message: message,
            excerpt: String(decoding: text.bytes[from..<to], as: UTF8.self),
            caret: start + position.column - from)
    }

    private func index(of place: Place) -> Int {
        SourceMap.last(texts) { $0.base <= place.offset }
    }

    private static func lineStarts(_ bytes: [UInt8]) -> [UInt32] {
        var starts: [UInt32] = [0]
        for index in bytes.indices where bytes[index] == UInt8(ascii: "\n") {
            starts.append(UInt32(index) + 1)
        }
        return starts
    }

    /// Index of the last element of a sorted array that is not behind something, as the first
    /// never is.
    private static func last<Element>(
        _ sorted: [Element], where isNotBehind: (Element) -> Bool
    ) -> Int {
        var low = 0
        var high = sorted.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if isNotBehind(sorted[middle]) { low = middle } else { high = middle }
        }
        return low
    }
}
