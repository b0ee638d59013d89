import Testing

@testable import WireFormats

@Suite struct ByteSetTests {
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    @Test("each set holds exactly the characters of its grammar")
    func sets() {
        let unreserved = Self.letters + "-._~"
        expect(ByteSet.token, Self.letters + "!#$%&'*+-.^_`|~")
        expect(ByteSet.sipToken, Self.letters + "-.!%*_+`'~")
        expect(ByteSet.sipHost, Self.letters + "-._")
        expect(ByteSet.addressIPv6, "0123456789abcdefABCDEF:.")
        expect(ByteSet.path, unreserved + "!$&'()*+,;=:@/")
        expect(ByteSet.query, unreserved + "!$&'()*+,;=:@/?")
        expect(ByteSet.host, unreserved + "!$&'()*+;=")
        expect(ByteSet.hexadecimal, "0123456789abcdefABCDEF")
        let printable = String(decoding: Array(UInt8(0x20)...0x7E), as: UTF8.self)
        expect(ByteSet.quoted, "\t" + printable.filter { $0 != "\"" && $0 != "\\" })
    }

    private func expect(_ set: ByteSet, _ characters: String) {
        let bytes = Set(characters.utf8)
        for byte in UInt8.min...UInt8.max { #expect(set.contains(byte) == bytes.contains(byte)) }
    }

    @Test("a control character is found at every place of every length")
    func scan() {
        for length in 0..<40 {
            for place in 0..<length {
                for byte in [UInt8(0x00), 0x08, 0x0A, 0x0D, 0x1F, 0x7F] {
                    var bytes = [UInt8](repeating: 0x80, count: length)
                    if place > 0 { bytes[place - 1] = UInt8(ascii: "\t") }
                    bytes[place] = byte
                    #expect(ByteScan.firstControl(bytes.span, from: 0, to: length) == place)
                }
            }
            let harmless: [UInt8] = (0..<length).map { [0x09, 0x20, 0x7E, 0x80, 0xFF][$0 % 5] }
            #expect(ByteScan.firstControl(harmless.span, from: 0, to: length) == length)
        }
    }
}
