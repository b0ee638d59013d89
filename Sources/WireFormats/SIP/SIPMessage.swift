/// A SIP message (RFC 3261 §7) that was read from text: the start line, the places of the header
/// fields, and the body. What is within a field is read when it is asked for, as OpenSIPS does it;
/// so reading a message costs little more than finding its lines.
///
/// Bytes, not characters: SIP text is mostly ASCII, but nobody promises UTF-8.
public struct SIPMessage: Sendable {
    /// The whole text.
    public let bytes: [UInt8]
    let startLine: SIPStartLine
    let fields: [SIPField]
    let bodyRange: Range<Int>

    /// Reads a message.
    ///
    /// Lines may end with CR LF, as the RFC has it, or with LF alone, because people paste text.
    /// Empty lines in front are skipped (§7.5). The text may end with its last field: then there is
    /// no body. Without Content-Length the body goes to the end; what is behind a shorter
    /// Content-Length is left out (§18.3).
    ///
    /// Fails with the first fault and its place. Linear in the bytes, of which there are as many as
    /// `limits` allows.
    public init(
        parsing bytes: [UInt8], limits: SIPLimits = SIPLimits()
    ) throws(SIPError) {
        var parser = SIPParser(limits: limits)
        try parser.parse(bytes.span)
        self.init(bytes: bytes, parser)
    }

    private init(bytes: [UInt8], _ parser: SIPParser) {
        self.bytes = bytes
        startLine = parser.startLine
        fields = parser.fields
        bodyRange = parser.body
    }
}

// MARK: The start line

extension SIPMessage {
    /// Whether it is a request; else it is a reply.
    public var isRequest: Bool { startLine.isRequest }

    /// `$rm`: a request's method; a reply's is that of its CSeq, which says what it answers. nil in
    /// a reply without a readable CSeq. Methods are compared with their case (§7.1).
    public var method: ArraySlice<UInt8>? {
        isRequest ? bytes[startLine.method] : cseq?.method
    }

    /// `$ru`: a request's URI as it was written; nil in a reply.
    public var requestURIText: ArraySlice<UInt8>? {
        isRequest ? bytes[startLine.uri] : nil
    }

    /// `$rU`, `$rd` and so on: the parts of the request's URI; nil in a reply, or where it is none
    /// that `SIPURI` understands.
    public var requestURI: SIPURI? { requestURIText.flatMap { SIPURI(parsing: $0) } }

    /// `$rs`: a reply's status, 100 to 699; nil in a request.
    public var status: Int? { isRequest ? nil : startLine.status }

    /// `$rr`: a reply's reason phrase, which may be empty; nil in a request.
    public var reason: ArraySlice<UInt8>? { isRequest ? nil : bytes[startLine.reason] }
}

// MARK: Fields

extension SIPMessage {
    /// How many fields have this name.
    public func count(of name: SIPHeaderName) -> Int {
        var count = 0
        for field in fields where field.isNamed(name, in: bytes) { count += 1 }
        return count
    }

    /// `$(hdr(name)[index])`: the value of one field of this name, in the order of the message: 0
    /// is the first, -1 the last, as OpenSIPS counts. nil when there is none. A folded value is put
    /// together, with one blank for each fold (§7.3.1).
    public func value(of name: SIPHeaderName, at index: Int = 0) -> ArraySlice<UInt8>? {
        var left = index >= 0 ? index : count(of: name) + index
        guard left >= 0 else { return nil }
        for field in fields where field.isNamed(name, in: bytes) {
            if left == 0 { return value(of: field) }
            left -= 1
        }
        return nil
    }

    /// The values of all fields of this name in the order of the message.
    public func values(of name: SIPHeaderName) -> [ArraySlice<UInt8>] {
        fields.filter { $0.isNamed(name, in: bytes) }.map(value(of:))
    }

    /// The elements of all fields of this name: `Via: a, b` and twice `Via:` are the same (§7.3.1).
    /// Only for names whose values are lists: a comma in a Subject separates nothing.
    public func elements(of name: SIPHeaderName) -> [ArraySlice<UInt8>] {
        values(of: name).flatMap(SIPList.elements)
    }

    private func value(of field: SIPField) -> ArraySlice<UInt8> {
        let value = bytes[field.value]
        return field.isFolded ? value.unfolded : value
    }
}

// MARK: What telephony asks for

extension SIPMessage {
    /// `$fu`, `$fU`, `$fd`, `$fn`, `$ft`; nil when From is missing or unreadable.
    public var from: SIPAddress? { address(.from) }

    /// `$tu`, `$tU`, `$td`, `$tn`, `$tt`; nil when To is missing or unreadable.
    public var to: SIPAddress? { address(.to) }

    /// `$ci`: the value of Call-ID.
    public var callID: ArraySlice<UInt8>? { value(of: .callID) }

    /// `$ua`: the value of User-Agent.
    public var userAgent: ArraySlice<UInt8>? { value(of: .userAgent) }

    /// `$cs` is its number.
    public var cseq: SIPCSeq? { value(of: .cseq).flatMap { SIPCSeq(parsing: $0) } }

    /// `$(ct[index])`: one of the contacts of all Contact fields together; nil when there are not
    /// so many, or it is unreadable. `*` is a contact whose URI text is `*`.
    public func contact(at index: Int = 0) -> SIPAddress? {
        let all = elements(of: .contact)
        let place = index >= 0 ? index : all.count + index
        return all.indices.contains(place) ? SIPAddress(parsing: all[place]) : nil
    }

    /// One of the Via elements, 0 the topmost: who sent the message here.
    public func via(at index: Int = 0) -> SIPVia? {
        let all = elements(of: .via)
        let place = index >= 0 ? index : all.count + index
        return all.indices.contains(place) ? SIPVia(parsing: all[place]) : nil
    }

    /// `has_totag()`: whether it belongs to a dialog that is there already.
    public var hasToTag: Bool { to?.tag != nil }

    /// `$rb`: the body, maybe empty.
    public var body: ArraySlice<UInt8> { bytes[bodyRange] }

    /// `has_body()`: whether there is a body.
    public var hasBody: Bool { !bodyRange.isEmpty }

    /// `has_body("application/sdp")`: whether there is a body of this type. Case does not count,
    /// nor do the parameters of Content-Type.
    public func hasBody(ofType type: some Collection<UInt8>) -> Bool {
        guard hasBody, let value = value(of: .contentType) else { return false }
        return value.prefix { $0 != UInt8(ascii: ";") }.trimmedOfWhiteSpace
            .isSameIgnoringCase(as: type)
    }

    private func address(_ name: SIPHeaderName) -> SIPAddress? {
        value(of: name).flatMap { SIPAddress(parsing: $0) }
    }
}
