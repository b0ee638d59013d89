/// What a client calls one raise, so that trying it again is no second one (IETF draft httpapi-idempotency-key).
public struct IdempotencyKey: Sendable, Hashable {
    /// 1 to `bytesMax` visible ASCII characters.
    public let text: String

    /// Most characters of a key.
    public static let bytesMax = 255

    /// A key; nil for a text that is none.
    public init?(_ text: String) {
        guard 1...Self.bytesMax ~= text.utf8.count,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        self.text = text
    }
}

/// A key as the store keeps it, with what was raised under it.
public struct StoredKey: Sendable, Equatable {
    /// The name of the caller whose key it is; nil where nobody had to say who they are.
    public var caller: String?
    /// The key.
    public var key: String
    /// Which event and params it stands for, see `RaiseFingerprint`.
    public var fingerprint: UInt64
    /// When it was first used, milliseconds since 1970.
    public var created: Int64
    /// What was raised; nil where that was about to begin.
    public var receipt: RaiseReceipt?

    /// A record.
    public init(
        caller: String?, key: String, fingerprint: UInt64, created: Int64, receipt: RaiseReceipt?
    ) {
        self.caller = caller
        self.key = key
        self.fingerprint = fingerprint
        self.created = created
        self.receipt = receipt
    }
}

/// 64 bits that tell one raise's event and params from another's, the same in every process: FNV-1a.
///
/// Against mistakes, not against malice: whoever finds two raises with the same bits deceives only themselves.
enum RaiseFingerprint {
    /// The bits of a raise. Names and order of the params count, and whether a number is whole.
    static func of(_ event: String, _ params: Params) -> UInt64 {
        var hash = FNV1a()
        hash.add(event)
        for item in params.items {
            hash.add(item.name == nil ? 0 : 1)
            hash.add(item.name ?? "")
            switch item.value {
            case .string(let text):
                hash.add(2)
                hash.add(text)
            case .integer(let number):
                hash.add(3)
                hash.add(word: UInt64(bitPattern: number))
            case .double(let number):
                hash.add(4)
                hash.add(word: number.bitPattern)
            case .boolean(let isTrue): hash.add(isTrue ? 6 : 5)
            }
        }
        return hash.value
    }

    private struct FNV1a {
        var value: UInt64 = 0xCBF2_9CE4_8422_2325

        mutating func add(_ byte: UInt8) {
            value = (value ^ UInt64(byte)) &* 0x100_0000_01B3
        }

        mutating func add(word: UInt64) {
            for shift in stride(from: UInt64(0), to: 64, by: 8) {
                add(UInt8(truncatingIfNeeded: word >> shift))
            }
        }

        /// With its length, so that where one text ends and the next begins counts.
        mutating func add(_ text: String) {
            add(word: UInt64(text.utf8.count))
            for byte in text.utf8 { add(byte) }
        }
    }
}
