/// Numbers as ASCII digits, written into memory that is already there.
extension OutputSpan<UInt8> {
    /// Appends `number` in the digits of `radix` (2 to 36), small letters, without leading zeros. With a literal as
    /// `radix` the divisions become multiplications.
    @inlinable
    @inline(__always)
    public mutating func append(_ number: UInt64, radix: UInt64) {
        let start = count
        var rest = number
        repeat {
            let digit = UInt8(truncatingIfNeeded: rest % radix)
            append(digit < 10 ? 0x30 &+ digit : 0x57 &+ digit)
            rest /= radix
        } while rest > 0
        var (low, high) = (start, count &- 1)
        while low < high {
            let digit = self[low]
            self[low] = self[high]
            self[high] = digit
            low &+= 1
            high &-= 1
        }
    }

    /// The same of a number that may be negative, with a minus sign then.
    @inlinable
    @inline(__always)
    public mutating func append(_ number: Int64, radix: UInt64) {
        if number < 0 { append(UInt8(ascii: "-")) }
        append(number.magnitude, radix: radix)
    }
}
