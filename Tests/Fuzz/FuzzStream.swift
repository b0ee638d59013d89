import WireFormats

/// Any bytes as a stream of JSON, in each framing and cut anywhere: the same messages and the same
/// end, whatever the cut; no message is longer than allowed; each is read as responses.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzStream(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let cut = count == 0 ? 0 : Int(bytes[count - 1]) * count / 256
    for framing in StreamFraming.allCases {
        let whole = read(bytes, framing, cut: count)
        precondition(read(bytes, framing, cut: cut) == whole, "the outcome depends on the cut")
        for message in whole.messages {
            precondition(message.count <= bytesMax, "longer than allowed")
            _ = try? JSONRPCResponse.all(in: message.span)
        }
    }
    return 0
}

private let bytesMax = 256

private struct Outcome: Equatable {
    var messages: [[UInt8]] = []
    var error: StreamError?
}

private func read(_ bytes: [UInt8], _ framing: StreamFraming, cut: Int) -> Outcome {
    var splitter = StreamSplitter(framing: framing, messageBytesMax: bytesMax)
    var outcome = Outcome()
    for piece in [bytes[..<cut], bytes[cut...]] {
        splitter.append(Array(piece).span)
        do throws(StreamError) {
            while let message = try splitter.next() { outcome.messages.append(message) }
        } catch {
            outcome.error = error
            return outcome
        }
    }
    return outcome
}
