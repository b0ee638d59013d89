/// `{s.…}`: parts of text, places in it, its shape. As OpenSIPS documents them, and as its
/// transformations.c does where the documentation is silent.
extension TransformationTable {
    static let stringRows = [
        TransformationRow("s.len") { .integer(Int64($0.bytes.count)) },
        TransformationRow("s.int") { leadingNumber($0.value) },
        TransformationRow("s.tolower") { .string($0.bytes.map(\.lowercasedLetter)) },
        TransformationRow("s.toupper") { .string($0.bytes.map(\.uppercasedLetter)) },
        TransformationRow("s.reverse") { .string($0.bytes.reversed()) },
        TransformationRow("s.trim") {
            .string(Array(trimmed($0.bytes[...], left: true, right: true)))
        },
        TransformationRow("s.triml") { .string(Array(trimmed($0.bytes[...], left: true))) },
        TransformationRow("s.trimr") { .string(Array(trimmed($0.bytes[...], right: true))) },
        TransformationRow("s.substr", .number, .number, apply: substring),
        TransformationRow("s.select", .number, .byte, apply: select),
        TransformationRow("s.index", .text, .number, optional: 1, apply: index),
        TransformationRow("s.rindex", .text, .number, optional: 1, apply: lastIndex),
        TransformationRow("s.fill.left", .filler, .constant, apply: fillLeft),
        TransformationRow("s.fill.right", .filler, .constant, apply: fillRight),
        TransformationRow("s.width", .number, apply: width),
    ]

    /// The number that a text begins with, 0 where it begins with none; NULL beyond 64 bits.
    private static func leadingNumber(_ value: ScriptValue) -> ScriptValue? {
        guard case .string(let bytes) = value else { return value }
        var digits = bytes[...]
        if let sign = digits.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            digits = digits.dropFirst()
        }
        digits = digits.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
        guard !digits.isEmpty else { return .integer(0) }
        let isNegative = bytes.first == UInt8(ascii: "-")
        let text = (isNegative ? "-" : "") + String(decoding: digits, as: UTF8.self)
        return Int64(text).map(ScriptValue.integer)
    }

    /// A negative offset counts from the end; so does a length below 1: 0 is all that is left.
    private static func substring(_ input: TransformationInput) -> ScriptValue? {
        let bytes = input.bytes
        guard var offset = input.number(0), let length = input.number(1) else { return nil }
        if offset < 0, offset >= -bytes.count { offset += bytes.count }
        guard bytes.indices.contains(offset) else { return nil }
        let rest = bytes.count - offset
        // A length of Int.min must not overflow.
        let count = length >= 1 ? min(length, rest) : rest + max(length, -rest - 1)
        return count < 0 ? nil : .string(Array(bytes[offset..<(offset + count)]))
    }

    /// The part of that number, counted from 0, or from the end by -1; NULL where there is none.
    private static func select(_ input: TransformationInput) -> ScriptValue? {
        guard let number = input.number(0), let separator = input.text(1)?.first else { return nil }
        let parts = input.bytes.split(separator: separator, omittingEmptySubsequences: false)
        guard number >= -parts.count, number < parts.count else { return nil }
        return .string(Array(parts[number < 0 ? parts.count + number : number]))
    }

    /// A start below 0 counts from the end, round and round, as OpenSIPS has it.
    private static func start(_ number: Int, in count: Int) -> Int {
        guard number < 0, count > 0 else { return number }
        let rest = Int(number.magnitude % UInt(count))
        return rest == 0 ? 0 : count - rest
    }

    private static func index(_ input: TransformationInput) -> ScriptValue? {
        let bytes = input.bytes
        guard let needle = input.text(0), let number = input.number(1, default: 0) else {
            return nil
        }
        let start = start(number, in: bytes.count)
        guard start >= 0, start < bytes.count else { return nil }
        return TextSearch(needle).first(in: bytes[start...]).map { .integer(Int64($0)) }
    }

    /// The last place is the first one backwards.
    private static func lastIndex(_ input: TransformationInput) -> ScriptValue? {
        let bytes = input.bytes
        guard let needle = input.text(0), let number = input.number(1, default: bytes.count),
            needle.count <= bytes.count
        else { return nil }
        let end = min(start(number, in: bytes.count), bytes.count - needle.count) + needle.count
        return TextSearch(needle.reversed()).first(in: bytes[..<end].reversed())
            .map { .integer(Int64(end - $0 - needle.count)) }
    }

    /// To the left of the value the last part of the filler is whole, to its right the first.
    private static func fillLeft(_ input: TransformationInput) -> ScriptValue? {
        fill(input) { filler, missing in
            (0..<missing).map {
                filler[(($0 - missing) % filler.count + filler.count) % filler.count]
            }
                + input.bytes
        }
    }

    private static func fillRight(_ input: TransformationInput) -> ScriptValue? {
        fill(input) { filler, missing in
            input.bytes + (0..<missing).map { filler[$0 % filler.count] }
        }
    }

    private static func fill(
        _ input: TransformationInput, with filled: ([UInt8], Int) -> [UInt8]
    ) -> ScriptValue? {
        guard let filler = input.text(0), let length = input.number(1),
            length <= Transformation.resultBytesMax
        else { return nil }
        let missing = length - input.bytes.count
        return missing > 0 ? .string(filled(filler, missing)) : input.value
    }

    /// Cut, or filled with blanks on the right; NULL below 1.
    private static func width(_ input: TransformationInput) -> ScriptValue? {
        guard let width = input.number(0), width > 0, width <= Transformation.resultBytesMax else {
            return nil
        }
        let bytes = input.bytes.prefix(width)
        return .string(bytes + [UInt8](repeating: UInt8(ascii: " "), count: width - bytes.count))
    }

    private static func trimmed(
        _ bytes: ArraySlice<UInt8>, left: Bool = false, right: Bool = false
    ) -> ArraySlice<UInt8> {
        var bytes = left ? bytes.drop { " \t\r\n".utf8.contains($0) } : bytes
        while right, let last = bytes.last, " \t\r\n".utf8.contains(last) { bytes.removeLast() }
        return bytes
    }
}

extension UInt8 {
    fileprivate var lowercasedLetter: UInt8 {
        self >= UInt8(ascii: "A") && self <= UInt8(ascii: "Z") ? self | 0x20 : self
    }

    fileprivate var uppercasedLetter: UInt8 {
        self >= UInt8(ascii: "a") && self <= UInt8(ascii: "z") ? self & ~0x20 : self
    }
}
