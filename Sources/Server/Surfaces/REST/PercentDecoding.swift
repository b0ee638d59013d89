/// Percent escapes (RFC 3986 §2.1) undone.
enum PercentDecoding {
    /// The text of `bytes`, whose escapes the HTTP parser has found well formed. 400 where it is no UTF-8.
    static func text(
        _ bytes: UnsafeBufferPointer<UInt8>, plusIsBlank: Bool
    ) throws(Problem) -> String {
        var plain: [UInt8] = []
        plain.reserveCapacity(bytes.count)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = hexDigit(&index, of: bytes), let low = hexDigit(&index, of: bytes)
                else {
                    throw Problem(400, "malformed_request", "A % must begin a percent escape.")
                }
                plain.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank:
                plain.append(UInt8(ascii: " "))
            default:
                plain.append(byte)
            }
        }
        guard let text = String(validating: plain, as: UTF8.self) else {
            throw Problem(400, "malformed_request", "The target is not UTF-8 when decoded.")
        }
        return text
    }

    private static func hexDigit(_ index: inout Int, of bytes: UnsafeBufferPointer<UInt8>) -> UInt8?
    {
        guard index < bytes.count else { return nil }
        let byte = bytes[index]
        index += 1
        switch byte {
        case 0x30...0x39: return byte - 0x30
        case 0x41...0x46: return byte - 0x41 + 10
        case 0x61...0x66: return byte - 0x61 + 10
        default: return nil
        }
    }
}
