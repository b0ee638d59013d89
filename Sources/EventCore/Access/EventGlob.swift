/// A pattern for names of events: `E_UL_*`. `*` stands for any bytes or none, `?` for one; all else for itself.
public struct EventGlob: Sendable, Hashable, CustomStringConvertible {
    /// Most bytes of a pattern; as an event's name.
    public static let bytesMax = EventName.bytesMax

    /// The pattern as it was written.
    public let description: String
    private let pattern: [UInt8]

    /// A pattern of 1 to 64 of `A-Z a-z 0-9 _ . - * ?`; nil for any other text.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard 1...Self.bytesMax ~= bytes.count, bytes.allSatisfy(Self.isAllowed) else { return nil }
        description = text
        pattern = bytes
    }

    /// Whether the whole of `name` is of this pattern. Letters count in their case.
    public func matches(_ name: String) -> Bool {
        let name = name.utf8Span.span
        var (place, rest) = (0, 0)
        // Where the last `*` stands, and how much of the name it has taken: only the last one can have to take more.
        var star: Int?
        var taken = 0
        while rest < name.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = place
                taken = rest
                place += 1
            } else if place < pattern.count,
                pattern[place] == name[rest] || pattern[place] == UInt8(ascii: "?")
            {
                place += 1
                rest += 1
            } else if let star {
                taken += 1
                place = star + 1
                rest = taken
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "?"):
            true
        default: false
        }
    }
}
