internal import EventCore

/// Bytes written with percent-encoding (RFC 3986 §2.1), as a socket's parts are: what may stand for
/// itself is a set of its own for each part.
struct PercentText {
    /// The characters that stand for themselves.
    let plain: String
    /// What the part is, for sentences: `user`, `routing key`.
    let part: String

    /// RFC 3986 §2.3.
    static let unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"

    /// What is meant: printable bytes, as many as `lengths` allows. Throws `.malformed`; the
    /// sentence does not repeat the text.
    func decode(
        _ text: Substring.UTF8View, lengths: ClosedRange<Int>
    ) throws(SocketError) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                guard plain.utf8.contains(byte) else {
                    throw malformed("a character in the \(part) must be percent-encoded")
                }
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(Self.digit),
                let low = rest.popFirst().flatMap(Self.digit)
            else { throw malformed("after each `%` two hexadecimal digits are expected") }
            let decoded = high << 4 | low
            guard decoded >= 0x20, decoded != 0x7F else {
                throw malformed("the \(part) holds no control character")
            }
            bytes.append(decoded)
        }
        guard lengths ~= bytes.count else {
            throw malformed(
                "the \(part) has \(lengths.lowerBound) to \(lengths.upperBound) bytes")
        }
        return bytes
    }

    /// The one canonical way to write `bytes`.
    func encode(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if plain.utf8.contains(byte) {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), Self.digits[byte >> 4], Self.digits[byte & 15]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private func malformed(_ expectation: String) -> SocketError {
        AMQPSocketParser.malformed(expectation)
    }

    private static let digits = Digits()

    private struct Digits {
        let text = Array("0123456789ABCDEF".utf8)
        subscript(value: UInt8) -> UInt8 { text[Int(value)] }
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
