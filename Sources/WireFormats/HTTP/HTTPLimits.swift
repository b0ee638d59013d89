/// What a request may take up before it is refused. Every limit is a setting.
public struct HTTPLimits: Sendable, Equatable {
    /// Bytes of the request line, without its CRLF; beyond: 414.
    public var requestLineBytesMax = 8_192
    /// Bytes of one field line, without its CRLF; beyond: 431.
    public var fieldBytesMax = 8_192
    /// Field lines of one request, at most `HTTPHead.fieldCountCeiling`; beyond: 431.
    public var fieldCountMax = 100
    /// Bytes of all field lines with their CRLFs; beyond: 431. Together with `requestLineBytesMax`
    /// at most `HTTPHead.bytesCeiling`, because positions within a head are 16 bits wide.
    public var headerBytesMax = 32_768
    /// Bytes of a body, after chunks are put together; beyond: 413.
    public var bodyBytesMax = 262_144
    /// Bytes of all chunk extensions of one body; beyond: 400. Nothing here uses them.
    public var chunkExtensionBytesMax = 1_024
    /// Trailer fields of one body; beyond: 400. They are checked and dropped.
    public var trailerCountMax = 16

    /// The defaults.
    public init() {}
}
