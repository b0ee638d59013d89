import EventCore
import Transports
import WireFormats

/// Any bytes as the answer of an XML-RPC receiver: nothing crashes, nothing takes long; and as text
/// in a call: what is written is well-formed whatever the text.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzXMLRPC(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    _ = XMLRPCReply(parsing: bytes)
    // A fault with this text is read by the parser, so the escaping is checked by it.
    var fault = Array("<methodResponse><fault><value><struct>".utf8)
    fault += Array("<member><name>faultCode</name><value><i4>1</i4></value></member>".utf8)
    fault += Array("<member><name>faultString</name><value><string>".utf8)
    let text = String(decoding: bytes, as: UTF8.self)
    fault.append(xmlText: text)
    fault += Array("</string></value></member></struct></value></fault></methodResponse>".utf8)
    guard case .fault(code: 1, let again) = XMLRPCReply(parsing: fault) else {
        preconditionFailure("what was written is no XML")
    }
    let expected = text.unicodeScalars.map { isAllowed($0) ? $0 : "\u{FFFD}" }
    precondition(Array(again.unicodeScalars) == expected, "read back different")
    return 0
}

/// XML 1.0 §2.2, production 2.
private func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
    default: false
    }
}
