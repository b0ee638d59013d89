/// Where one header field stands in a message's bytes.
struct SIPField: Sendable {
    let key: SIPNameKey
    /// Where the name begins.
    let nameStart: Int32
    /// The value, without the white space around it.
    let valueStart: Int32
    let valueEnd: Int32
    /// Whether the value goes over more than one line.
    let isFolded: Bool

    var value: Range<Int> { Int(valueStart)..<Int(valueEnd) }

    /// Whether this field has that name; `bytes` are the message's.
    @inline(__always)
    func isNamed(_ name: SIPHeaderName, in bytes: [UInt8]) -> Bool {
        guard key == name.key else { return false }
        guard key.count > SIPNameKey.packedBytes else { return true }
        let start = Int(nameStart)
        let tail = bytes[(start + SIPNameKey.packedBytes)..<(start + key.count)]
        return tail.isSameIgnoringCase(as: name.tail)
    }
}

/// The fields that a message has once at most, and which of them it has had. RFC 4475 §3.3.8: a
/// second From or Call-ID is a way to be two messages at once.
struct SIPSingletons {
    private var seen: UInt8 = 0

    private static let names: [SIPNameKey] = [
        SIPHeaderName.from, .to, .callID, .cseq, .maxForwards, .contentLength,
    ].map(\.key)

    /// Whether a field of this name may still come.
    mutating func admit(_ key: SIPNameKey) -> Bool {
        guard let place = Self.names.firstIndex(of: key) else { return true }
        let bit: UInt8 = 1 << place
        guard seen & bit == 0 else { return false }
        seen |= bit
        return true
    }
}
