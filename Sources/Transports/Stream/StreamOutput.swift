internal import WireFormats

/// Messages written down to be sent with one call, and where each of them ends. Used again and
/// again.
struct StreamOutput {
    /// Their bytes, framing included.
    private(set) var bytes: [UInt8] = []
    /// Where they end, and the place behind the last delivery that each holds.
    private(set) var messages: [(end: Int, next: Int)] = []

    /// Forgets everything, and gives memory back that only an unusually large message needed.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 2 * StreamSettings.coalescedBytesMax)
        messages.removeAll(keepingCapacity: true)
    }

    /// Adds a message of one call; `next` as in `messages`.
    mutating func add(_ call: SharedPayload, framing: StreamFraming, next: Int) {
        bytes.append(message: call.bytes, framing: framing)
        messages.append((bytes.count, next))
    }

    /// Adds a message of several calls.
    mutating func add(batch calls: [[UInt8]], framing: StreamFraming, next: Int) {
        bytes.append(batch: calls, framing: framing)
        messages.append((bytes.count, next))
    }
}
