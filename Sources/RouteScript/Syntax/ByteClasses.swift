extension UInt8 {
    /// `0` to `9`.
    var isDigit: Bool { self &- 0x30 < 10 }

    /// Letters, digits and `_`: what words are made of.
    var isWordByte: Bool { isDigit || (self | 0x20) &- 0x61 < 26 || self == 0x5F }

    /// What names between brackets are made of: also `-`, `.`, `:`, `/`, `@` and all beyond ASCII.
    var isNameByte: Bool {
        isWordByte || self >= 0x80 || self == 0x2D || self == 0x2E || self == 0x3A || self == 0x2F
            || self == 0x40
    }

    /// Space, tab, carriage return.
    var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0D }
}
