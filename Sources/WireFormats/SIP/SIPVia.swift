/// One element of Via: where an answer goes (RFC 3261 §20.42).
///
///     via-parm      = sent-protocol LWS sent-by *( SEMI via-params )
///     sent-protocol = "SIP" SLASH "2.0" SLASH transport
public struct SIPVia: Sendable, Equatable {
    /// `SIP`.
    public let name: ArraySlice<UInt8>
    /// `2.0`.
    public let version: ArraySlice<UInt8>
    /// `UDP`, `TCP`, `TLS`, …, as it was written.
    public let transport: ArraySlice<UInt8>
    /// A name or an address; IPv6 in brackets.
    public let host: ArraySlice<UInt8>
    /// 0 to 65,535; nil where none is written.
    public let port: Int?
    /// `branch`, `received`, `rport` and others.
    public let parameters: SIPParameters

    /// Takes one element apart; nil when it is none.
    public init?(parsing text: ArraySlice<UInt8>) {
        var parts: [ArraySlice<UInt8>] = []
        var rest = text.trimmedOfWhiteSpace
        for _ in 0..<2 {
            // SLASH has white space around it if its writer likes that.
            guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { return nil }
            parts.append(rest[..<slash].trimmedOfWhiteSpace)
            rest = rest[(slash + 1)...].trimmedOfWhiteSpace
        }
        (name, version) = (parts[0], parts[1])
        transport = rest.prefix { !$0.isWhiteSpace }
        guard ![name, version, transport].contains(where: Self.isNoToken),
            let place = SIPHostPort(rest[transport.endIndex...].trimmedOfWhiteSpace)
        else { return nil }
        (host, port) = (place.host, place.port)
        let behind = place.rest.trimmedOfWhiteSpace
        guard behind.isEmpty || behind.first == UInt8(ascii: ";") else { return nil }
        parameters = SIPParameters(behind)
    }

    private static func isNoToken(_ text: ArraySlice<UInt8>) -> Bool {
        text.isEmpty || !text.allSatisfy(ByteSet.sipToken.contains)
    }
}
