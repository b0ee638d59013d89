/// Looks for control characters eight bytes at a time.
enum ByteScan {
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
    private static var tops: UInt64 { 0x8080_8080_8080_8080 }

    /// The first place in `from ..< to` that holds a control character other than the tab: below
    /// 0x20, or 0x7F. `to` when there is none; `to` is at most `bytes.count`.
    @inline(__always)
    static func firstControl(_ bytes: Span<UInt8>, from: Int, to: Int) -> Int {
        let raw = unsafe bytes.bytes
        var index = from
        while index < to {
            if index &+ 8 <= to {
                // Any eight bytes are a valid UInt64; the load itself is bounds-checked.
                let word = unsafe raw.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
                let controls = controls(UInt64(littleEndian: word))
                guard controls != 0 else {
                    index &+= 8
                    continue
                }
                index &+= controls.trailingZeroBitCount &>> 3
            } else if !isControl(bytes[index]) {
                index &+= 1
                continue
            }
            guard bytes[index] == UInt8(ascii: "\t") else { return index }
            index &+= 1
        }
        return to
    }

    /// The top bit of every byte that is below 0x20 or is 0x7F. Exact up to the first one; a borrow
    /// may set bits above it, which nobody looks at.
    @inline(__always)
    private static func controls(_ word: UInt64) -> UInt64 {
        let below = (word &- ones &* 0x20) & ~word
        let delete = word ^ (ones &* 0x7F)
        return (below | ((delete &- ones) & ~delete)) & tops
    }

    @inline(__always)
    private static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == 0x7F
    }
}
