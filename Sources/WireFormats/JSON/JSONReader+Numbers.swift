/// A number as JSON writes it; whether it is an integer is a matter of its text, not of its value.
enum JSONNumber {
    /// Without fraction and exponent.
    case integer(Int64)
    /// With one of them; finite.
    case double(Double)
}

extension JSONReader {
    /// Reads a whole number. `3600.0` and `36e2` are whole too, as JSON Schema has it, up to 2^53,
    /// where doubles begin to skip integers.
    ///
    /// `wrongType`, `notWhole`, `integerOutOfRange` if the value is anything else.
    public mutating func readInteger(in bytes: Span<UInt8>) throws(JSONError) -> Int64 {
        guard try kind(in: bytes) == .number else { throw wrongType("an integer") }
        let start = offset
        switch try readNumber(in: bytes) {
        case .integer(let number): return number
        case .double(let number):
            guard let whole = number.wholeNumber else {
                throw JSONError(.notWhole, offset: start, "expected a whole number")
            }
            return whole
        }
    }

    /// Reads any number as a double. `numberOutOfRange` if it is beyond a double's range,
    /// `integerOutOfRange` if it is written as an integer of more than 64 bits.
    public mutating func readDouble(in bytes: Span<UInt8>) throws(JSONError) -> Double {
        guard try kind(in: bytes) == .number else { throw wrongType("a number") }
        switch try readNumber(in: bytes) {
        case .integer(let number): return Double(number)
        case .double(let number): return number
        }
    }

    /// Reads a number, exactly or not at all. The offset of an error is where the number begins.
    mutating func readNumber(in bytes: Span<UInt8>) throws(JSONError) -> JSONNumber {
        let start = offset
        let number = try scanNumber(in: bytes)
        if number.isInteger {
            if let integer = number.exactInteger { return .integer(integer) }
            throw JSONError(
                .integerOutOfRange, offset: start,
                "expected an integer from -9223372036854775808 to 9223372036854775807")
        }
        if let double = number.exactDouble { return .double(double) }
        let text = unsafe bytes.extracting(start..<offset).withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
        guard let double = Double(text), double.isFinite else {
            throw JSONError(
                .numberOutOfRange, offset: start, "expected a number that fits into a double")
        }
        return .double(double)
    }

    /// Reads over a number by the grammar of RFC 8259 §6:
    ///
    ///     number   = [ "-" ] integer [ fraction ] [ exponent ]
    ///     integer  = "0" / ( digit1-9 *digit )
    ///     fraction = "." 1*digit
    ///     exponent = ( "e" / "E" ) [ "+" / "-" ] 1*digit
    mutating func scanNumber(in bytes: Span<UInt8>) throws(JSONError) -> ScannedNumber {
        var number = ScannedNumber()
        number.isNegative = skip(UInt8(ascii: "-"), in: bytes)
        if !skip(UInt8(ascii: "0"), in: bytes) {
            try scanDigits(in: bytes) { number.add($0) }
        }
        if skip(UInt8(ascii: "."), in: bytes) {
            number.isInteger = false
            try scanDigits(in: bytes) { number.addFractional($0) }
        }
        if skip(UInt8(ascii: "e"), in: bytes) || skip(UInt8(ascii: "E"), in: bytes) {
            number.isInteger = false
            let isNegative = skip(UInt8(ascii: "-"), in: bytes)
            if !isNegative { _ = skip(UInt8(ascii: "+"), in: bytes) }
            var exponent = 0
            // More than any double has; further digits change nothing about that.
            try scanDigits(in: bytes) {
                if exponent < 100_000 { exponent = exponent * 10 + Int($0) }
            }
            number.exponent += isNegative ? -exponent : exponent
        }
        if offset < bytes.count, bytes[offset] &- UInt8(ascii: "0") < 10 {
            throw JSONError(.invalidNumber, offset: offset, "expected no digit after a leading 0")
        }
        return number
    }

    /// One digit or more, each handed to `use`.
    @inline(__always)
    private mutating func scanDigits(
        in bytes: Span<UInt8>, _ use: (UInt64) -> Void
    ) throws(JSONError) {
        let start = offset
        var place = start
        while place < bytes.count {
            let digit = bytes[place] &- UInt8(ascii: "0")
            if digit > 9 { break }
            use(UInt64(digit))
            place &+= 1
        }
        move(to: place)
        if place == start {
            throw JSONError(.invalidNumber, offset: place, "expected a digit")
        }
    }

    @inline(__always)
    private mutating func skip(_ byte: UInt8, in bytes: Span<UInt8>) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        move(to: offset &+ 1)
        return true
    }
}

/// A number taken apart: ± mantissa × 10^exponent, as long as the mantissa fits into 64 bits.
struct ScannedNumber {
    var isNegative = false
    var isInteger = true
    var exponent = 0
    private var mantissa: UInt64 = 0
    private var overflows = false

    @inline(__always)
    mutating func add(_ digit: UInt64) {
        // Below this, ten times as much and a digit fit in any case.
        if mantissa < 1_000_000_000_000_000_000 {
            mantissa = mantissa &* 10 &+ digit
            return
        }
        let (tenfold, high) = mantissa.multipliedReportingOverflow(by: 10)
        let (sum, carry) = tenfold.addingReportingOverflow(digit)
        mantissa = sum
        if high || carry { overflows = true }
    }

    @inline(__always)
    mutating func addFractional(_ digit: UInt64) {
        add(digit)
        exponent &-= 1
    }

    /// The integer, if it fits into 64 bits with sign. `-0` is 0.
    var exactInteger: Int64? {
        if overflows { return nil }
        if !isNegative { return Int64(exactly: mantissa) }
        return mantissa <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- mantissa) : nil
    }

    /// Whether there is no fraction but zeros, however large the number is.
    var isWhole: Bool {
        if isInteger { return true }
        guard let double = exactDouble else { return false }
        return double == double.rounded()
    }

    /// The double, where one multiplication or division of two exact doubles gives it, hence rightly
    /// rounded (W. D. Clinger, How to Read Floating Point Numbers Accurately, 1990); else nil.
    var exactDouble: Double? {
        guard !overflows, mantissa <= 1 << 53, exponent.magnitude <= 22 else { return nil }
        let power = powersOfTen[Int(exponent.magnitude)]
        let value = exponent < 0 ? Double(mantissa) / power : Double(mantissa) * power
        return isNegative ? -value : value
    }
}

extension Double {
    /// The integer this is equal to, if it is one of those between -2^53 and 2^53, where no two
    /// integers share a double.
    var wholeNumber: Int64? {
        magnitude <= 9_007_199_254_740_992 ? Int64(exactly: self) : nil
    }
}

/// The powers of ten that a double holds exactly.
private let powersOfTen: InlineArray<23, Double> = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]
