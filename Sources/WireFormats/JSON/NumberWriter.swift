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
        append(addingCapacity: JSONRoom.number) { $0.append(decimal: number) }
    }

    /// Appends `number` in decimal.
    public mutating func append(decimal number: UInt64) {
        append(addingCapacity: JSONRoom.number) { $0.append(decimal: number) }
    }

    /// Appends two lower-case hexadecimal digits.
    public mutating func append(hex byte: UInt8) {
        append(addingCapacity: 2) { $0.append(hex: byte) }
    }
}

/// The same into memory that is already there, bounds-checked.
extension OutputSpan<UInt8> {
    mutating func append(decimal number: Int64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(decimal: number.magnitude)
    }

    mutating func append(decimal number: UInt64) {
        var width = 1
        var rest = number / 10
        while rest > 0 {
            width &+= 1
            rest /= 10
        }
        append(number, width: width)
    }

    /// The last `width` decimal digits of `number`, with leading zeros: `(7, width: 2)` is `07`.
    mutating func append(_ number: UInt64, width: Int) {
        let end = count + width
        append(repeating: UInt8(ascii: "0"), count: width)
        var rest = number
        var place = end
        while rest > 0, place > end - width {
            place &-= 1
            self[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }

    mutating func append(hex byte: UInt8) {
        append(hexDigit(byte >> 4))
        append(hexDigit(byte & 0x0F))
    }
}

private func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
}
