/// Numbers as ASCII digits, appended to an array.
extension [UInt8] {
    /// Appends a whole number of any type of at most 64 bits in decimal, without leading zeros.
    @inlinable
    public mutating func append(decimal number: some FixedWidthInteger) {
        if let number = Int64(exactly: number) {
            append(decimal: number)
        } else {
            append(decimal: UInt64(number))
        }
    }

    /// Appends `number` in decimal; a minus sign if it is negative.
    public mutating func append(decimal number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude)
    }

    /// Appends `number` in decimal.
    public mutating func append(decimal number: UInt64) {
        if number < 10 {
            append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number))
            return
        }
        var digits = 1
        var rest = number / 10
        while rest > 0 {
            digits &+= 1
            rest /= 10
        }
        append(number, width: digits)
    }

    /// Appends the last `width` decimal digits of `number`, with leading zeros: `(7, width: 2)` is `07`.
    public mutating func append(_ number: UInt64, width: Int) {
        let start = count
        append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width))
        var rest = number
        var index = count
        while rest > 0, index > start {
            index &-= 1
            self[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    /// Appends two lower-case hexadecimal digits.
    public mutating func append(hex byte: UInt8) {
        append(hexDigit(byte >> 4))
        append(hexDigit(byte & 0x0F))
    }
}

private func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
}
