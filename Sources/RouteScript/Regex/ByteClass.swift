/// A set of bytes: what a bracket expression, `.` or a single letter stands for.
struct ByteClass: Sendable, Hashable {
    private var words = SIMD4<UInt64>(repeating: 0)

    static let none = ByteClass()
    static let all = none.inverted

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        words[Int(byte &>> 6)] &>> UInt64(byte & 63) & 1 != 0
    }

    mutating func insert(_ byte: UInt8) {
        words[Int(byte >> 6)] |= 1 << UInt64(byte & 63)
    }

    mutating func insert(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { insert(byte) }
    }

    mutating func formUnion(_ other: ByteClass) {
        words |= other.words
    }

    mutating func remove(_ byte: UInt8) {
        words[Int(byte >> 6)] &= ~(1 << UInt64(byte & 63))
    }

    var inverted: ByteClass {
        var inverse = self
        inverse.words = ~words
        return inverse
    }

    /// With the other case of each of its letters.
    var foldingCase: ByteClass {
        var folded = self
        for letter in UInt8(ascii: "a")...UInt8(ascii: "z") {
            let capital = letter & ~0x20
            if contains(letter) || contains(capital) { folded.insert([letter, capital]) }
        }
        return folded
    }
}

extension ByteClass {
    init(_ bytes: some Sequence<UInt8>) {
        insert(bytes)
    }

    /// `[:name:]` in the C locale: of ASCII, whatever the machine speaks. nil for a name that is
    /// none.
    static func named(_ name: ArraySlice<UInt8>) -> ByteClass? {
        named[String(decoding: name, as: UTF8.self)]
    }

    /// What `\w` is: letters, digits and `_`.
    static let word: ByteClass = {
        var word = ByteClass("_".utf8)
        word.formUnion(alnum)
        return word
    }()

    /// `[:space:]`, what `\s` is.
    static let space = ByteClass(" \t\n\r\u{0B}\u{0C}".utf8)

    private static let upper = ByteClass(UInt8(ascii: "A")...UInt8(ascii: "Z"))
    private static let lower = ByteClass(UInt8(ascii: "a")...UInt8(ascii: "z"))
    private static let digit = ByteClass(UInt8(ascii: "0")...UInt8(ascii: "9"))
    private static let alpha = union(upper, lower)
    private static let alnum = union(alpha, digit)
    private static let graph = ByteClass(UInt8(0x21)...0x7E)

    private static let named: [String: ByteClass] = [
        "alnum": alnum,
        "alpha": alpha,
        "blank": ByteClass(" \t".utf8),
        "cntrl": union(ByteClass(UInt8(0)...0x1F), ByteClass([0x7F])),
        "digit": digit,
        "graph": graph,
        "lower": lower,
        "print": ByteClass(UInt8(0x20)...0x7E),
        "punct": union(graph.inverted, alnum).inverted,
        "space": space,
        "upper": upper,
        "xdigit": union(digit, ByteClass("abcdefABCDEF".utf8)),
    ]

    private static func union(_ one: ByteClass, _ other: ByteClass) -> ByteClass {
        var union = one
        union.formUnion(other)
        return union
    }
}
