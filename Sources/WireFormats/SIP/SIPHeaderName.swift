/// The name of a header field to look for: `From`, or its compact form `f`, in any case.
///
/// It is made once, when a script is loaded, and then compared with every field of a message; so
/// its first 24 bytes are packed into three words.
public struct SIPHeaderName: Sendable, Hashable {
    let key: SIPNameKey
    /// What is behind the first 24 bytes, in small letters.
    let tail: [UInt8]

    /// A name. Anything is one; what is no token no message has.
    public init(_ name: some Collection<UInt8>) {
        let bytes = ArraySlice(name)
        key = SIPNameKey(bytes.span, 0, bytes.count).inFull
        tail = bytes.dropFirst(SIPNameKey.packedBytes).map(\.lowercasedASCII)
    }

    /// A name.
    public init(_ name: String) {
        self.init(name.utf8)
    }

    /// Who answers: `From`.
    public static let from = SIPHeaderName("From")
    /// Who is called: `To`.
    public static let to = SIPHeaderName("To")
    /// `Call-ID`.
    public static let callID = SIPHeaderName("Call-ID")
    /// `CSeq`.
    public static let cseq = SIPHeaderName("CSeq")
    /// `Via`.
    public static let via = SIPHeaderName("Via")
    /// `Contact`.
    public static let contact = SIPHeaderName("Contact")
    /// `User-Agent`.
    public static let userAgent = SIPHeaderName("User-Agent")
    /// `Max-Forwards`.
    public static let maxForwards = SIPHeaderName("Max-Forwards")
    /// `Content-Type`.
    public static let contentType = SIPHeaderName("Content-Type")
    /// `Content-Length`.
    public static let contentLength = SIPHeaderName("Content-Length")
}

/// The first 24 bytes of a field's name in small letters, and how long all of it is: nearly every
/// name is compared in four steps.
struct SIPNameKey: Sendable, Hashable {
    private(set) var first: UInt64 = 0
    private(set) var second: UInt64 = 0
    private(set) var third: UInt64 = 0
    private(set) var count: Int

    static let packedBytes = 24

    /// The name that stands in `start ..< end`.
    init(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) {
        count = end &- start
        first = Self.pack(bytes, start, min(end, start &+ 8))
        if count > 8 { second = Self.pack(bytes, start &+ 8, min(end, start &+ 16)) }
        if count > 16 { third = Self.pack(bytes, start &+ 16, min(end, start &+ 24)) }
    }

    @inline(__always)
    private static func pack(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> UInt64 {
        var word: UInt64 = 0
        for index in start..<end { word = word &<< 8 | UInt64(bytes[index].lowercasedASCII) }
        return word
    }

    /// The key of the full name, where this is that of a compact form (RFC 3261 §7.3.3).
    var inFull: SIPNameKey {
        guard count == 1, first < 128 else { return self }
        return Self.compactForms[Int(first)] ?? self
    }

    /// By letter. The list is that of IANA's registry of SIP header fields.
    private static let compactForms: [SIPNameKey?] = {
        let rows: [(Character, String)] = [
            ("a", "Accept-Contact"),
            ("b", "Referred-By"),
            ("c", "Content-Type"),
            ("d", "Request-Disposition"),
            ("e", "Content-Encoding"),
            ("f", "From"),
            ("i", "Call-ID"),
            ("j", "Reject-Contact"),
            ("k", "Supported"),
            ("l", "Content-Length"),
            ("m", "Contact"),
            ("n", "Identity-Info"),
            ("o", "Event"),
            ("r", "Refer-To"),
            ("s", "Subject"),
            ("t", "To"),
            ("u", "Allow-Events"),
            ("v", "Via"),
            ("x", "Session-Expires"),
            ("y", "Identity"),
        ]
        var table = [SIPNameKey?](repeating: nil, count: 128)
        for (letter, name) in rows {
            let bytes = Array(name.utf8)
            table[Int(letter.asciiValue ?? 0)] = SIPNameKey(bytes.span, 0, bytes.count)
        }
        return table
    }()
}
