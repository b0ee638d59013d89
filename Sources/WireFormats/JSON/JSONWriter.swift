public import EventCore

/// Writing JSON: bytes appended to an array, piece by piece; no text is built first, no tree is needed.
///
/// Whoever writes an object writes its braces, colons and commas too: `append(ascii: "{\"id\":")`. That is what
/// makes a notification cost tens of nanoseconds. For a tree there is `append(json: JSON)`.
extension [UInt8] {
    /// Appends a literal as it is.
    @inlinable
    public mutating func append(ascii literal: StaticString) {
        unsafe append(
            contentsOf: UnsafeBufferPointer(
                start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of `text`, neither quoted nor escaped.
    public mutating func append(utf8 text: String) {
        var text = text
        text.withUTF8 { unsafe append(contentsOf: $0) }
    }

    /// Appends a JSON string: `text` in quotes, escaped as OpenSIPS 4 does it.
    ///
    /// `"` and `\` get a backslash; U+0008, U+0009, U+000A, U+000C, U+000D their short form; other characters
    /// below U+0020 become `\u00xx`. Everything else, U+007F, `/`, `<` and `&` included, goes out as UTF-8.
    public mutating func append(jsonString text: String) {
        var text = text
        text.withUTF8 { unsafe appendQuoted($0) }
    }

    /// Appends a value as JSON. An integer has neither fraction nor exponent, a double has one of the two.
    public mutating func append(json value: Value) {
        switch value {
        case .string(let text): append(jsonString: text)
        case .integer(let number): append(decimal: number)
        case .double(let number): append(json: number)
        case .boolean(let flag): append(json: flag)
        }
    }

    /// Appends the shortest text that reads back as the same double: `0.1`, `100.0`, `1e+20`, `-0.0`.
    ///
    /// It always has a fraction or an exponent, so that it stays a double for whoever tells them from integers.
    /// JSON has no word for NaN and the infinities: they become `null`, as ECMAScript's JSON.stringify has it.
    public mutating func append(json number: Double) {
        if number.isFinite {
            append(utf8: number.description)
        } else {
            append(ascii: "null")
        }
    }

    /// Appends `true` or `false`.
    public mutating func append(json flag: Bool) {
        if flag { append(ascii: "true") } else { append(ascii: "false") }
    }

    /// Copies runs of bytes that need no escape, and escapes what stands between them.
    private mutating func appendQuoted(_ text: UnsafeBufferPointer<UInt8>) {
        append(UInt8(ascii: "\""))
        var start = 0
        while true {
            let end = unsafe endOfPlainRun(text, from: start)
            unsafe append(contentsOf: UnsafeBufferPointer(rebasing: text[start..<end]))
            if end == text.count { break }
            unsafe appendEscape(of: text[end])
            start = end + 1
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(ascii: "u00")
            append(hex: byte)
        }
    }
}

/// The index of the first byte from `start` on that a JSON string must escape, or the count.
private func endOfPlainRun(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    var index = start
    // Eight bytes at a time. Each line leaves bit 7 set in bytes that are `"`, `\`, below 0x20. A borrow can set
    // it wrongly only above a byte where it is set rightly, so the lowest one is always true.
    let ones: UInt64 = 0x0101_0101_0101_0101
    let high: UInt64 = 0x8080_8080_8080_8080
    while index &+ 8 <= text.count {
        let word = unsafe UInt64(
            littleEndian: UnsafeRawBufferPointer(text).loadUnaligned(
                fromByteOffset: index, as: UInt64.self))
        let quote = word ^ (ones &* 0x22)
        let backslash = word ^ (ones &* 0x5C)
        let found =
            ((quote &- ones) & ~quote) | ((backslash &- ones) & ~backslash)
            | ((word &- ones &* 0x20) & ~word)
        if found & high != 0 { return index &+ (found & high).trailingZeroBitCount / 8 }
        index &+= 8
    }
    while index < text.count {
        let byte = unsafe text[index]
        if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return index }
        index &+= 1
    }
    return index
}
