extension JSONReader {
    /// Reads a string. `wrongType` if the value is something else.
    public mutating func readString(in bytes: Span<UInt8>) throws(JSONError) -> String {
        let text = try scanString(in: bytes)
        return try text.hasEscapes
            ? unescaped(text.range, in: bytes) : string(text.range, in: bytes)
    }

    /// Reads over a string, which is checked all the same.
    mutating func skipString(in bytes: Span<UInt8>) throws(JSONError) {
        let text = try scanString(in: bytes)
        if text.hasEscapes {
            _ = try unescaped(text.range, in: bytes)
        } else if !text.isASCII {
            try string(text.range, in: bytes)
        }
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
            // Bounds-checked; what is unsafe about it is only that any eight bytes are taken for an integer.
            let word = unsafe UInt64(
                littleEndian: bytes.bytes.unsafeLoadUnaligned(
                    fromByteOffset: place, as: UInt64.self))
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

    /// A part of the text as a string, checked by the standard library: RFC 3629 with nothing let through.
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
