public import EventCore

extension [UInt8] {
    /// Appends an occurrence's id: epoch in lower-case hexadecimal, `-`, sequence in decimal.
    public mutating func append(_ id: OccurrenceID) {
        var digits: UInt64 = 0
        var count = 0
        var rest = UInt64(bitPattern: id.epoch)
        repeat {
            digits = digits << 4 | rest & 15
            rest >>= 4
            count += 1
        } while rest != 0
        for _ in 0..<count {
            let digit = UInt8(digits & 15)
            append(digit < 10 ? 0x30 + digit : 0x61 + digit - 10)
            digits >>= 4
        }
        append(UInt8(ascii: "-"))
        append(decimal: id.sequence)
    }
}
