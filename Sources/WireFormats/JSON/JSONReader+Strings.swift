extension JSONReader {
    /// Reads a string. `wrongType` if the value is something else.
    public mutating func readString(in bytes: Span<UInt8>) throws(JSONError) -> String {
        try readText(in: bytes).text
    }

    /// Reads a string, and says whether it was written with escapes.
    mutating func readText(
        in bytes: Span<UInt8>
    ) throws(JSONError) -> (text: String, hasEscapes: Bool) {
        let start = offset &+ 1
        if let end = endOfPlainString(in: bytes) {
            move(to: end &+ 1)
            let text = unsafe UTF8Span(
                unchecked: bytes.extracting(start..<end), isKnownASCII: true)
            return (String(copying: text), false)
        }
        let found = try scanString(in: bytes)
        if found.hasEscapes { return (try unescaped(found.range, in: bytes), true) }
        return (try string(found.range, in: bytes), false)
    }

    /// Reads over a string, which is checked all the same.
    mutating func skipString(in bytes: Span<UInt8>) throws(JSONError) {
        if let end = endOfPlainString(in: bytes) { return move(to: end &+ 1) }
        let text = try scanString(in: bytes)
        if text.hasEscapes {
            _ = try unescaped(text.range, in: bytes)
        } else if !text.isASCII {
            try string(text.range, in: bytes)
        }
    }

    /// The closing quote of the string here, if it is ASCII without escapes as nearly all are; nil if
    /// it is not, or is no string, or if the text's last bytes are reached: then `scanString` looks
    /// closely.
    @inline(__always)
    private func endOfPlainString(in bytes: Span<UInt8>) -> Int? {
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { return nil }
        var place = offset &+ 1
        while place &+ 8 <= bytes.count {
            let word = word(at: place, in: bytes)
            let marks = ByteMarks.specials(in: word) | ByteMarks.nonASCII(in: word)
            if marks != 0 {
                place &+= marks.trailingZeroBitCount / 8
                return bytes[place] == UInt8(ascii: "\"") ? place : nil
            }
            place &+= 8
        }
        return nil
    }

    /// A string's place in the text.
    private struct Scanned {
        /// Between the quotes.
        var range: Range<Int>
        var hasEscapes = false
        var isASCII = true
    }

    /// Finds the closing quote; control characters are refused on the way.
    private mutating func scanString(in bytes: Span<UInt8>) throws(JSONError) -> Scanned {
        guard offset < bytes.count else { throw unexpectedEnd("a string") }
        guard bytes[offset] == UInt8(ascii: "\"") else {
            _ = try kind(in: bytes)
            throw wrongType("a string")
        }
        let start = offset &+ 1
        var text = Scanned(range: start..<start)
        var place = start
        while true {
            place = endOfPlainRun(in: bytes, from: place, isASCII: &text.isASCII)
            move(to: place)
            guard place < bytes.count else { throw unexpectedEnd("'\"'") }
            switch bytes[place] {
            case UInt8(ascii: "\""):
                text.range = start..<place
                move(to: place &+ 1)
                return text
            case UInt8(ascii: "\\"):
                text.hasEscapes = true
                guard place &+ 1 < bytes.count else { throw unexpectedEnd("an escape") }
                place &+= 2
            default:
                throw JSONError(
                    .controlCharacter, offset: place,
                    "expected control characters to be escaped")
            }
        }
    }

    /// The next byte from `start` on that is `"`, `\` or below 0x20, or the count.
    @inline(__always)
    private func endOfPlainRun(
        in bytes: Span<UInt8>, from start: Int, isASCII: inout Bool
    ) -> Int {
        var place = start
        var foreign: UInt64 = 0
        defer { if foreign != 0 { isASCII = false } }
        while place &+ 8 <= bytes.count {
            let word = word(at: place, in: bytes)
            let specials = ByteMarks.specials(in: word)
            if specials != 0 {
                // Of what follows the special byte nothing is said here.
                foreign |= ByteMarks.nonASCII(in: word) & (specials & (0 &- specials) &- 1)
                return place &+ specials.trailingZeroBitCount / 8
            }
            foreign |= ByteMarks.nonASCII(in: word)
            place &+= 8
        }
        while place < bytes.count, !ByteMarks.isSpecial(bytes[place]) {
            foreign |= ByteMarks.nonASCII(in: UInt64(bytes[place]))
            place &+= 1
        }
        return place
    }

    /// Eight bytes, the first one lowest. Bounds-checked; what is unsafe about it is only that any
    /// eight bytes are taken for an integer.
    @inline(__always)
    private func word(at place: Int, in bytes: Span<UInt8>) -> UInt64 {
        let word = unsafe bytes.bytes.unsafeLoadUnaligned(
            fromByteOffset: place, as: UInt64.self)
        return UInt64(littleEndian: word)
    }

    /// A part of the text as a string, checked by the standard library: RFC 3629 with nothing let
    /// through.
    @discardableResult
    private func string(
        _ range: Range<Int>, in bytes: Span<UInt8>
    ) throws(JSONError) -> String {
        do {
            return String(copying: try UTF8Span(validating: bytes.extracting(range)))
        } catch {
            throw JSONError(
                .invalidUTF8, offset: range.lowerBound + error.byteOffsets.lowerBound,
                "expected valid UTF-8")
        }
    }

    // MARK: Escapes (RFC 8259 §7)

    private func unescaped(
        _ text: Range<Int>, in bytes: Span<UInt8>
    ) throws(JSONError) -> String {
        try string(text, in: bytes)
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var place = text.lowerBound
        while place < text.upperBound {
            if bytes[place] == UInt8(ascii: "\\") {
                let scalar = try readEscape(at: &place, in: bytes)
                result.append(contentsOf: String(scalar).utf8)
            } else {
                result.append(bytes[place])
                place &+= 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The character that an escape stands for; `place` goes from its backslash to behind it.
    private func readEscape(
        at place: inout Int, in bytes: Span<UInt8>
    ) throws(JSONError) -> Unicode.Scalar {
        let start = place
        place &+= 2
        switch bytes[start &+ 1] {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try readCodeUnits(of: start, at: &place, in: bytes)
        default:
            throw JSONError(
                .invalidEscape, offset: start,
                #"expected one of \" \\ \/ \b \f \n \r \t and \u with four hexadecimal digits"#)
        }
    }

    /// One `\u` escape, or two that are the halves of one character.
    private func readCodeUnits(
        of start: Int, at place: inout Int, in bytes: Span<UInt8>
    ) throws(JSONError) -> Unicode.Scalar {
        let first = try readHex(at: &place, in: bytes)
        if let scalar = Unicode.Scalar(first) { return scalar }
        let alone = JSONError(
            .loneSurrogate, offset: start, "expected surrogates in pairs, high before low")
        guard UTF16.isLeadSurrogate(first), place &+ 1 < bytes.count,
            bytes[place] == UInt8(ascii: "\\"), bytes[place &+ 1] == UInt8(ascii: "u")
        else { throw alone }
        place &+= 2
        let second = try readHex(at: &place, in: bytes)
        guard UTF16.isTrailSurrogate(second) else { throw alone }
        let value = 0x10000 + (UInt32(first) & 0x3FF) << 10 + (UInt32(second) & 0x3FF)
        guard let scalar = Unicode.Scalar(value) else { throw alone }
        return scalar
    }

    private func readHex(at place: inout Int, in bytes: Span<UInt8>) throws(JSONError) -> UInt16 {
        var value: UInt16 = 0
        for _ in 0..<4 {
            guard place < bytes.count, let digit = hexValue(bytes[place]) else {
                throw JSONError(
                    .invalidEscape, offset: place, "expected four hexadecimal digits after \\u")
            }
            value = value << 4 | digit
            place &+= 1
        }
        return value
    }
}

private func hexValue(_ byte: UInt8) -> UInt16? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
}
