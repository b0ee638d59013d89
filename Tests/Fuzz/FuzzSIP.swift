// libFuzzer entry: whatever comes as a SIP message, reading it neither crashes nor reads beyond its end,
// and what was read holds together.
import WireFormats

/// One run of the fuzzer; always 0.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSIP(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    do {
        check(try SIPMessage(parsing: bytes))
    } catch {
        precondition(error.offset <= bytes.count, "a fault beyond the end")
        precondition(error.line >= 1 && error.column >= 1)
    }
    _ = SIPURI(parsing: bytes[...])
    _ = SIPAddress(parsing: bytes[...])
    _ = SIPVia(parsing: bytes[...])
    return 0
}

private func check(_ message: SIPMessage) {
    precondition(message.isRequest == (message.status == nil))
    precondition(message.body.endIndex <= message.bytes.count)
    for address in [message.from, message.to, message.contact(), message.contact(at: -1)] {
        guard let address else { continue }
        precondition(!address.uriText.isEmpty)
        if let uri = address.uri { check(uri) }
        for parameter in address.parameters { precondition(!parameter.name.contains(0x3B)) }
    }
    if let uri = message.requestURI { check(uri) }
    for name in [SIPHeaderName.via, .contact, SIPHeaderName("X-Long-Names-Are-Compared-Whole")] {
        let count = message.count(of: name)
        precondition(message.values(of: name).count == count)
        precondition((message.value(of: name, at: -count) == nil) == (count == 0))
    }
    _ = (message.cseq, message.via(), message.callID, message.method, message.hasToTag)
}

private func check(_ uri: SIPURI) {
    precondition(uri.host != nil || uri.scheme == .tel)
    precondition((0...65_535).contains(uri.port ?? 0))
    for parameter in uri.parameters { _ = parameter.value }
}
