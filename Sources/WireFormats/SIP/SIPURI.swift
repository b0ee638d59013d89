/// The parts of a URI of telephony: `sip:`, `sips:` (RFC 3261 §19.1) and `tel:` (RFC 3966).
///
///     SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
///
/// Reading is lenient where telephones are: any bytes but blanks, controls and brackets may be in a
/// user, and `_` in a host. Nothing is unescaped: `%40` stays what it is, as in OpenSIPS.
public struct SIPURI: Sendable, Equatable {
    /// How the rest is to be understood.
    public enum Scheme: Sendable, Equatable {
        case sip, sips, tel
    }

    /// What stands before the first colon.
    public let scheme: Scheme
    /// The user, or a `tel:` URI's number; nil without one.
    public let user: ArraySlice<UInt8>?
    /// What stands behind the user's colon; nil without one.
    public let password: ArraySlice<UInt8>?
    /// A name, an IPv4 address, or an IPv6 address in brackets; nil only in `tel:`.
    public let host: ArraySlice<UInt8>?
    /// 0 to 65,535; nil where none is written.
    public let port: Int?
    /// Behind the host and the number.
    public let parameters: SIPParameters
    /// What stands behind the question mark; nil without one.
    public let headers: ArraySlice<UInt8>?

    /// Takes a URI apart; nil when it is none of these schemes, or malformed.
    public init?(parsing text: ArraySlice<UInt8>) {
        guard let colon = text.firstIndex(of: UInt8(ascii: ":")),
            let scheme = Self.scheme(text[..<colon]),
            !text.contains(where: Self.isForbidden)
        else { return nil }
        self.scheme = scheme
        let rest = text[(colon + 1)...]
        if scheme == .tel {
            let end = rest.firstIndex(of: UInt8(ascii: ";")) ?? rest.endIndex
            guard end > rest.startIndex else { return nil }
            user = rest[..<end]
            (password, host, port, headers) = (nil, nil, nil, nil)
            parameters = SIPParameters(rest[end...])
            return
        }
        // §25.1: `;` and `?` may be in a user, `@` only between user and host; a second one is a
        // fault.
        var hostStart = rest.startIndex
        if let at = rest.firstIndex(of: UInt8(ascii: "@")) {
            let user = rest[..<at]
            let secret = user.firstIndex(of: UInt8(ascii: ":"))
            self.user = user[..<(secret ?? at)]
            password = secret.map { user[($0 + 1)...] }
            hostStart = at + 1
            guard self.user?.isEmpty == false else { return nil }
        } else {
            (user, password) = (nil, nil)
        }
        guard let place = SIPHostPort(rest[hostStart...]) else { return nil }
        (host, port) = (place.host, place.port)
        guard
            place.rest.isEmpty || place.rest.first == UInt8(ascii: ";")
                || place.rest.first == UInt8(ascii: "?"),
            !place.rest.contains(UInt8(ascii: "@"))
        else { return nil }
        let question = place.rest.firstIndex(of: UInt8(ascii: "?"))
        parameters = SIPParameters(place.rest[..<(question ?? place.rest.endIndex)])
        headers = question.map { place.rest[($0 + 1)...] }
    }

    /// The port to talk to: the one that is written, else the scheme's own (§19.1.2).
    public var effectivePort: Int? {
        guard scheme != .tel else { return nil }
        return port ?? (scheme == .sips ? 5061 : 5060)
    }

    private static func scheme(_ text: ArraySlice<UInt8>) -> Scheme? {
        switch text.count {
        case 3 where text.isSameIgnoringCase(as: "sip"): .sip
        case 3 where text.isSameIgnoringCase(as: "tel"): .tel
        case 4 where text.isSameIgnoringCase(as: "sips"): .sips
        default: nil
        }
    }

    private static func isForbidden(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "<") || byte == UInt8(ascii: ">")
            || byte == UInt8(ascii: "\"")
    }
}

/// `hostport = host [ ":" port ]`, at the beginning of a text.
struct SIPHostPort {
    let host: ArraySlice<UInt8>
    let port: Int?
    let rest: ArraySlice<UInt8>

    init?(_ text: ArraySlice<UInt8>) {
        guard let end = Self.endOfHost(text) else { return nil }
        host = text[..<end]
        guard end < text.endIndex, text[end] == UInt8(ascii: ":") else {
            port = nil
            rest = text[end...]
            return
        }
        let digits = text[(end + 1)...].prefix { $0.isDigit }
        guard let number = digits.decimal(atMost: 65_535) else { return nil }
        port = number
        rest = text[digits.endIndex...]
    }

    /// The place behind the host; nil when there is none.
    private static func endOfHost(_ text: ArraySlice<UInt8>) -> Int? {
        guard text.first == UInt8(ascii: "[") else {
            let end = text.firstIndex { !ByteSet.sipHost.contains($0) } ?? text.endIndex
            return end > text.startIndex ? end : nil
        }
        guard let close = text.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let address = text[(text.startIndex + 1)..<close]
        let isAddress = !address.isEmpty && address.allSatisfy(ByteSet.addressIPv6.contains)
        return isAddress ? close + 1 : nil
    }
}
