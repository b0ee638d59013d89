internal import EventCore

/// What waits for one host's name to be looked up, in order and bounded.
struct NameQueue {
    /// One delivery.
    struct Waiting: Sendable {
        let subscription: SubscriptionRef
        let port: UInt16
        let payload: [UInt8]
    }

    /// Most deliveries that wait for one name; the oldest make room.
    static let waitingMax = 1_000
    /// Most bytes of payload that wait for one name; the oldest make room.
    static let bytesMax = 1 << 20

    private var waiting: [Waiting] = []
    private var bytes = 0

    var isEmpty: Bool { waiting.isEmpty }

    /// Adds a delivery; those that had to make room.
    mutating func append(_ delivery: Waiting) -> [Waiting] {
        waiting.append(delivery)
        bytes += delivery.payload.count
        var dropped: [Waiting] = []
        while waiting.count > Self.waitingMax || (bytes > Self.bytesMax && waiting.count > 1) {
            let oldest = waiting.removeFirst()
            bytes -= oldest.payload.count
            dropped.append(oldest)
        }
        return dropped
    }

    /// All that wait, oldest first.
    mutating func takeAll() -> [Waiting] {
        let all = waiting
        waiting = []
        bytes = 0
        return all
    }
}
