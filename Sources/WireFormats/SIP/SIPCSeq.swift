/// The value of CSeq: `1*DIGIT LWS Method` (RFC 3261 §20.16).
public struct SIPCSeq: Sendable, Equatable {
    /// Below 2^31 (§8.1.1.5).
    public let number: Int
    /// What the message, or the request that it answers, wants.
    public let method: ArraySlice<UInt8>

    /// Takes a value apart; nil when it is none.
    public init?(parsing text: ArraySlice<UInt8>) {
        let text = text.trimmedOfWhiteSpace
        let digits = text.prefix { $0.isDigit }
        method = text[digits.endIndex...].trimmedOfWhiteSpace
        guard let number = digits.decimal(atMost: Int(Int32.max)), !method.isEmpty,
            method.startIndex > digits.endIndex, method.allSatisfy(ByteSet.sipToken.contains)
        else { return nil }
        self.number = number
    }
}

/// `is_method("CANCEL|BYE")`: methods to compare with, made when a script is loaded.
public struct SIPMethodPattern: Sendable, Equatable {
    /// One or more; none is empty.
    public let methods: [ArraySlice<UInt8>]

    /// Methods with `|` between them; nil when one of them is no token.
    public init?(_ text: some Collection<UInt8>) {
        methods = ArraySlice(text).split(
            separator: UInt8(ascii: "|"), omittingEmptySubsequences: false
        ).map(\.trimmedOfWhiteSpace)
        for method in methods where method.isEmpty || !method.allSatisfy(ByteSet.sipToken.contains)
        {
            return nil
        }
    }

    /// Whether the message's method is one of them; a reply's is that of the request it answers.
    /// The case does not count, as in OpenSIPS.
    public func matches(_ message: SIPMessage) -> Bool {
        guard let method = message.method else { return false }
        return methods.contains { $0.isSameIgnoringCase(as: method) }
    }
}
