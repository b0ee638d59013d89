internal import EventCore
internal import WireFormats

/// A line of the log taken apart: what happened, and the pairs behind it.
///
///     STORE(/var/lib/x): restored subscriptions=3 events=1
///     └────────── words ────────┘ └─────── pairs ────────┘
struct LogLine {
    /// What happened, without the pairs.
    let words: String
    /// Name and value, quotes and escapes taken away.
    private(set) var pairs: [(name: String, value: String)]

    /// Lines whose text is a script's: nothing in them is ours to take apart.
    private static let scriptPrefix = "SCRIPT: "
    /// Names that a line has of itself; a pair called so gets an underscore at its end.
    private static let ownNames = ["time", "level", "msg", "message", "repeated"]

    /// Takes a message apart: the pairs are those at its end with nothing else between them.
    init(_ message: String) {
        guard !message.hasPrefix(Self.scriptPrefix) else {
            words = message
            pairs = []
            return
        }
        var pairs: [(name: String, value: String)] = []
        var end = message.startIndex
        var place = message.startIndex
        while place < message.endIndex {
            if let pair = Self.pair(in: message, at: &place) {
                pairs.append(pair)
            } else {
                place = message[place...].firstIndex(of: " ") ?? message.endIndex
                pairs = []
                end = place
            }
            if place < message.endIndex { place = message.index(after: place) }
        }
        var words = String(message[..<end])
        if !pairs.isEmpty, words.hasSuffix(":") { words.removeLast() }
        self.words = words
        self.pairs = pairs
    }

    /// A line with nothing but words.
    init(words: String) {
        self.words = words
        pairs = []
    }

    /// Adds a pair.
    mutating func add(_ name: String, _ value: String) {
        pairs.append((name, value))
    }

    /// The names of the pairs as they are written.
    static func shown(_ name: String) -> String { ownNames.contains(name) ? name + "_" : name }

    /// The pair that begins at `place` and ends at a blank or the end, `place` then behind it; nil where there is none.
    private static func pair(
        in text: String, at place: inout String.Index
    ) -> (name: String, value: String)? {
        let bytes = text.utf8
        var rest = place
        while rest < bytes.endIndex, isOfName(bytes[rest]) { rest = bytes.index(after: rest) }
        guard rest > place, rest < bytes.endIndex, bytes[rest] == UInt8(ascii: "=") else {
            return nil
        }
        let name = String(text[place..<rest])
        rest = bytes.index(after: rest)
        var value = ""
        if rest < bytes.endIndex, bytes[rest] == UInt8(ascii: "\"") {
            var isEscaped = false
            rest = text.index(after: rest)
            while true {
                guard rest < text.endIndex else { return nil }
                let letter = text[rest]
                rest = text.index(after: rest)
                if isEscaped {
                    // What `LogText` wrote as `\u` stays so: nobody wants the character itself in a log.
                    if letter != "\"", letter != "\\" { value.append("\\") }
                    value.append(letter)
                    isEscaped = false
                } else if letter == "\\" {
                    isEscaped = true
                } else if letter == "\"" {
                    break
                } else {
                    value.append(letter)
                }
            }
            guard rest == text.endIndex || text[rest] == " " else { return nil }
        } else {
            let end = text[rest...].firstIndex(of: " ") ?? text.endIndex
            value = String(text[rest..<end])
            guard !value.contains("\"") else { return nil }
            rest = end
        }
        place = rest
        return (name, value)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte || byte == UInt8(ascii: "_")
            || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
