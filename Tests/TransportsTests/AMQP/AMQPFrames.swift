/// As much of AMQP 0-9-1's frames as a peer of tests has to speak: no library speaks a broker's side.
enum AMQPFrames {
    /// A frame: type, channel, size, payload, end (§4.2.3).
    struct Frame {
        var type: UInt8
        var channel: UInt16
        var payload: ArraySlice<UInt8>

        /// Class and method of a method's frame, as `10.40`; nil for any other.
        var method: String? {
            guard type == 1, payload.count >= 4 else { return nil }
            let bytes = payload.prefix(4).map(Int.init)
            return "\(bytes[0] << 8 + bytes[1]).\(bytes[2] << 8 + bytes[3])"
        }
    }

    /// The whole frames that `bytes` begin with.
    static func frames(_ bytes: [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        var rest = bytes[...]
        while rest.count >= 8 {
            let head = rest.prefix(7).map(Int.init)
            let size = head[3] << 24 + head[4] << 16 + head[5] << 8 + head[6]
            guard rest.count >= size + 8 else { break }
            frames.append(
                Frame(
                    type: UInt8(head[0]), channel: UInt16(head[1] << 8 + head[2]),
                    payload: rest.dropFirst(7).prefix(size)))
            rest = rest.dropFirst(size + 8)
        }
        return frames
    }

    /// A method's frame with its arguments.
    static func method(
        _ classID: UInt8, _ methodID: UInt8, channel: UInt16 = 0, _ arguments: [UInt8] = []
    ) -> [UInt8] {
        let size = UInt8(4 + arguments.count)
        return [1, UInt8(channel >> 8), UInt8(channel & 0xFF), 0, 0, 0, size]
            + [0, classID, 0, methodID] + arguments + [0xCE]
    }

    /// connection.start (§1.4.2.1) with PLAIN.
    static let start = method(
        10, 10,
        [0, 9] + [0, 0, 0, 0] + [0, 0, 0, 5] + Array("PLAIN".utf8) + [0, 0, 0, 5]
            + Array("en_US".utf8))

    /// Whether a basic.publish is there with its header and all of its body.
    static func isPublished(_ bytes: [UInt8]) -> Bool {
        let frames = frames(bytes)
        guard frames.contains(where: { $0.method == "60.40" }),
            let header = frames.first(where: { $0.type == 2 })
        else { return false }
        // §4.2.6.1: class, weight, and the size of the body.
        let size = header.payload.dropFirst(4).prefix(8).reduce(0) { $0 << 8 + Int($1) }
        return frames.filter { $0.type == 3 }.reduce(0) { $0 + $1.payload.count } >= size
    }
}
