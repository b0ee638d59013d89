/// What a procedure answered (xmlrpc.com/spec.md, "Response format").
///
///     <methodResponse><params><param><value>…</value></param></params></methodResponse>
///     <methodResponse><fault><value><struct>… faultCode, faultString …</struct></value></fault></methodResponse>
public enum XMLRPCReply: Equatable, Sendable {
    /// It returned; what it returned is not looked at.
    case result
    /// It failed, and says why.
    case fault(code: Int64, text: String)
    /// The body is no response; the sentence says what was expected.
    case invalid(String)

    /// Reads a body. What the peer may make large is bounded: its size by whoever received it, its
    /// depth by `XMLRPCReader.depthMax`; a document type declaration, and with it every entity of
    /// the peer's own, is refused.
    public init(parsing body: [UInt8]) {
        self = XMLRPCReader().read(body)
    }
}
