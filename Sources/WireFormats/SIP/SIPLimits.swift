/// What a SIP message may take up before it is refused. A proxy would answer 513 to these; here
/// they keep a text that anybody may send from costing more than it is worth.
public struct SIPLimits: Sendable, Equatable {
    /// Bytes of the whole message: what a UDP datagram holds (RFC 3261 §18.1.1); beyond:
    /// `messageTooLong`.
    public var messageBytesMax = 65_535
    /// Bytes of the start line; beyond: `startLineTooLong`.
    public var startLineBytesMax = 8_192
    /// Bytes of one header field with its continuation lines; beyond: `fieldTooLong`.
    public var fieldBytesMax = 16_384
    /// Header fields; beyond: `tooManyFields`.
    public var fieldCountMax = 256

    /// The defaults.
    public init() {}
}
