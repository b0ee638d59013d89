/// SHA-256 (FIPS 180-4): the digest under which tokens and passwords are kept.
///
/// Our own, because it is all of a crypto library that is needed: 60 lines with the standard's vectors as tests
/// weigh less than a dependency of a megabyte. Only ever of short texts, so it takes them whole.
public struct SHA256: Sendable, Hashable {
    /// The digest as four big-endian words of 64 bits.
    private let words: InlineWords

    private struct InlineWords: Sendable, Hashable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt64 = 0
        var fourth: UInt64 = 0
    }

    /// The digest of `bytes`.
    public init(of bytes: Span<UInt8>) {
        var state = Self.initial
        var schedule = InlineArray<64, UInt32>(repeating: 0)
        // §5.1.1: the message, a 1 bit, zeros, and its length in bits, to a multiple of 64 bytes.
        let padded = (bytes.count + 9 + 63) / 64 * 64
        let bits = UInt64(bytes.count) * 8
        for block in stride(from: 0, to: padded, by: 64) {
            for word in 0..<16 {
                var value: UInt32 = 0
                for place in (block + word * 4)..<(block + word * 4 + 4) {
                    value = value << 8 | UInt32(Self.byte(place, of: bytes, padded, bits))
                }
                schedule[word] = value
            }
            Self.compress(&state, &schedule)
        }
        func pair(_ index: Int) -> UInt64 { UInt64(state[index]) << 32 | UInt64(state[index + 1]) }
        words = InlineWords(first: pair(0), second: pair(2), third: pair(4), fourth: pair(6))
    }

    /// A digest written as 64 hexadecimal digits; nil for any other text.
    public init?(hexadecimal text: some StringProtocol) {
        let digits = Array(text.utf8)
        guard digits.count == 64 else { return nil }
        var words: [UInt64] = []
        for start in stride(from: 0, to: 64, by: 16) {
            var word: UInt64 = 0
            for digit in digits[start..<(start + 16)] {
                guard let value = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
                word = word << 4 | UInt64(value)
            }
            words.append(word)
        }
        self.words = InlineWords(
            first: words[0], second: words[1], third: words[2], fourth: words[3])
    }

    /// The digest of a text's UTF-8.
    public init(of text: String) {
        self.init(of: text.utf8Span.span)
    }

    /// Its first eight bytes: to find a digest among many.
    public var prefix: UInt64 { words.first }

    /// 64 hexadecimal digits in lower case.
    public var hexadecimal: String {
        [words.first, words.second, words.third, words.fourth].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    /// Whether both are the same, in a time that says nothing about where they differ.
    public func isSame(as other: SHA256) -> Bool {
        let difference =
            (words.first ^ other.words.first) | (words.second ^ other.words.second)
            | (words.third ^ other.words.third) | (words.fourth ^ other.words.fourth)
        return difference == 0
    }
}

extension SHA256 {
    private static func byte(
        _ place: Int, of bytes: Span<UInt8>, _ padded: Int, _ bits: UInt64
    ) -> UInt8 {
        if place < bytes.count { return bytes[place] }
        if place == bytes.count { return 0x80 }
        let fromEnd = padded - place
        return fromEnd <= 8 ? UInt8(truncatingIfNeeded: bits >> UInt64((fromEnd - 1) * 8)) : 0
    }

    /// §6.2.2: one block, whose sixteen words stand at the beginning of `schedule`.
    private static func compress(
        _ state: inout InlineArray<8, UInt32>, _ schedule: inout InlineArray<64, UInt32>
    ) {
        for t in 16..<64 {
            let early = schedule[t - 15]
            let late = schedule[t - 2]
            let small0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
            let small1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
            schedule[t] = schedule[t - 16] &+ small0 &+ schedule[t - 7] &+ small1
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for t in 0..<64 {
            let big1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
            let one = h &+ big1 &+ ((e & f) ^ (~e & g)) &+ constants[t] &+ schedule[t]
            let big0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
            let two = big0 &+ ((a & b) ^ (a & c) ^ (b & c))
            (h, g, f, e) = (g, f, e, d &+ one)
            (d, c, b, a) = (c, b, a, one &+ two)
        }
        state[0] &+= a
        state[1] &+= b
        state[2] &+= c
        state[3] &+= d
        state[4] &+= e
        state[5] &+= f
        state[6] &+= g
        state[7] &+= h
    }

    private static func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
        word >> count | word << (32 - count)
    }

    /// §5.3.3.
    private static let initial: InlineArray<8, UInt32> = [
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
        0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
    ]

    /// §4.2.2.
    private static let constants: InlineArray<64, UInt32> = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5,
        0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3,
        0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc,
        0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7,
        0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13,
        0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3,
        0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5,
        0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208,
        0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}
