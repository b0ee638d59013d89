// libFuzzer entry: whatever comes, and however it is cut, the reader neither crashes nor changes
// its mind.
import WireFormats

/// One run of the fuzzer; always 0.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let whole = read(bytes, cut: count)
    let cut = count == 0 ? 0 : Int(bytes[count - 1]) * count / 256
    precondition(read(bytes, cut: cut) == whole, "the outcome depends on the cut")
    return 0
}

/// Reads one request that comes in two pieces: its progress or its error, and its body.
private func read(_ bytes: [UInt8], cut: Int) -> String {
    var reader = HTTPRequestReader()
    var buffer = Array(bytes[..<cut])
    for piece in [[], bytes[cut...]] {
        buffer += piece
        var span = buffer.mutableSpan
        do throws(HTTPParseError) {
            switch try reader.advance(&span, HTTPLimits()) {
            case .needsMore(let kept): buffer.removeLast(buffer.count - kept)
            case .complete(let body, _): return "\(reader.head.method) \(buffer[body])"
            }
        } catch {
            return "\(error)"
        }
    }
    return "incomplete"
}
