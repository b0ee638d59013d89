/// A JSON string literal: what must be escaped is, in OpenSIPS's way, and nothing else.
func literal(_ text: String) -> String {
    var bytes = Array("\"".utf8)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x08: bytes += Array(#"\b"#.utf8)
        case 0x09: bytes += Array(#"\t"#.utf8)
        case 0x0A: bytes += Array(#"\n"#.utf8)
        case 0x0C: bytes += Array(#"\f"#.utf8)
        case 0x0D: bytes += Array(#"\r"#.utf8)
        case 0..<0x20:
            let hex = String(byte, radix: 16)
            bytes += Array((#"\u00"# + (hex.count == 1 ? "0" : "") + hex).utf8)
        default: bytes.append(byte)
        }
    }
    return String(decoding: bytes + [UInt8(ascii: "\"")], as: UTF8.self)
}
