/// What the header field Authorization holds (RFC 9110 §11.6.2), as far as we take it.
public enum Credentials: Sendable, Equatable {
    /// `Bearer TOKEN` (RFC 6750 §2.1): the token's digest.
    case bearer(SHA256)
    /// `Basic BASE64` (RFC 7617): the user's name, and the digest of the password.
    case basic(user: String, password: SHA256)

    /// Most bytes of a value that are looked at; longer ones are none of ours.
    public static let bytesMax = 1_024

    /// Reads a field's value; nil for any other scheme, for what breaks the grammar, and for a value that is too long.
    public init?(_ value: Span<UInt8>) {
        guard value.count <= Self.bytesMax else { return nil }
        if let rest = Self.rest(of: value, after: "bearer ") {
            guard rest < value.count else { return nil }
            for index in rest..<value.count where !Self.isTokenByte(value[index]) { return nil }
            self = .bearer(SHA256(of: value.extracting(rest...)))
        } else if let rest = Self.rest(of: value, after: "basic ") {
            guard let pair = Base64.decode(value.extracting(rest...)),
                let colon = pair.firstIndex(of: UInt8(ascii: ":")),
                let user = String(validating: pair[..<colon], as: UTF8.self)
            else { return nil }
            let password = Array(pair[(colon + 1)...])
            self = .basic(user: user, password: SHA256(of: password.span))
        } else {
            return nil
        }
    }

    /// Where the credentials begin, if `value` begins with the scheme: letters in any case, then blanks.
    private static func rest(of value: Span<UInt8>, after scheme: StaticString) -> Int? {
        let count = scheme.utf8CodeUnitCount
        guard value.count >= count else { return nil }
        let matches = scheme.withUTF8Buffer { scheme in
            for index in 0..<count {
                let byte = value[index]
                let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
                guard unsafe lower == scheme[index] else { return false }
            }
            return true
        }
        guard matches else { return nil }
        var start = count
        while start < value.count, value[start] == UInt8(ascii: " ") { start += 1 }
        return start
    }

    /// RFC 6750 §2.1, b64token.
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"),
            UInt8(ascii: "="):
            true
        default: false
        }
    }
}
