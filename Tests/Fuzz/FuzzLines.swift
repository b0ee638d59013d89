import WireFormats

/// Any bytes at the FIFO, cut anywhere, and as a datagram: nothing crashes, nothing is longer than it may be, and a
/// command that was read, written down again, is read equal.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzLines(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let cut = count == 0 ? 0 : Int(bytes[count - 1]) * count / 256
    var reader = FIFOFrameReader(frameBytesMax: 256)
    for piece in [bytes[..<cut], bytes[cut...]] {
        reader.append(Array(piece).span)
        while let frame = reader.next() { check(frame) }
    }
    if let frame = reader.flush() { check(frame) }
    precondition(!reader.isInside, "something is left after the end")
    if let command = try? LineCommand(parsing: bytes) { check(command) }
    return 0
}

private func check(_ frame: FIFOFrameReader.Frame) {
    switch frame {
    case .json(let reply, let text):
        precondition(reply.count + text.count <= 256, "longer than allowed")
        _ = JSONRPCMessage(parsing: text.span)
    case .lines(let text):
        precondition(text.count <= 256 + 1, "longer than allowed")
        if let command = try? LineCommand(parsing: text) { check(command) }
    case .noCommand, .tooLong, .incomplete:
        break
    }
}

private func check(_ command: LineCommand) {
    var written: [UInt8] = [UInt8(ascii: ":")] + Array(command.name.utf8) + [UInt8(ascii: ":")]
    written += command.reply + [UInt8(ascii: "\n")]
    for parameter in command.parameters {
        // A quoted value cannot hold an empty line, nor end a line with CR: such values were not quoted.
        let quoted = parameter.utf8.flatMap { byte in
            byte == UInt8(ascii: "\"") ? [UInt8(ascii: "\\"), byte] : [byte]
        }
        written += [UInt8(ascii: "\"")] + quoted + [UInt8(ascii: "\""), UInt8(ascii: "\n")]
    }
    // A backslash before a quote cannot be written: nothing escapes a backslash.
    let isWritable = !command.parameters.contains {
        $0.contains("\\") || $0.contains("\n\n") || $0.contains("\r")
    }
    guard isWritable, !command.reply.contains(UInt8(ascii: "\r")) else { return }
    precondition((try? LineCommand(parsing: written)) == command, "read back different")
}
