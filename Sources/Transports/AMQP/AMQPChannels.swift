internal import EventCore

/// The channels of one connection, one for each exchange that is published to, with what is not yet
/// confirmed on each.
struct AMQPChannels {
    private struct Channel {
        let exchange: [UInt8]
        var window = ConfirmWindow<OpenAttempts.Place>()
        var lastUsed: UInt64 = 0
    }

    private var channels: [UInt16: Channel] = [:]
    private var numbers: [[UInt8]: UInt16] = [:]
    /// Counts uses, to know which channel has been idle for the longest time.
    private var uses: UInt64 = 0

    /// The channel for `exchange`, opened if there is none. At `max` channels an idle one is closed
    /// for it; nil when none is idle. Throws when the connection fails.
    mutating func channel(
        for exchange: [UInt8], on connection: AMQPConnection, max: Int
    ) throws(AMQPFailure) -> UInt16? {
        uses += 1
        if let number = numbers[exchange] {
            channels[number]?.lastUsed = uses
            return number
        }
        if channels.count >= max {
            let idle = channels.filter { $0.value.window.isEmpty }
            guard let oldest = idle.min(by: { $0.value.lastUsed < $1.value.lastUsed }) else {
                return nil
            }
            remove(oldest.key) { _ in }
            try connection.closeChannel(oldest.key)
        }
        // Channel 0 is the connection's own (AMQP 0-9-1 §2.3.7). One of `max` + 1 numbers is free.
        guard let number = (1...UInt16(clamping: max + 1)).first(where: { channels[$0] == nil })
        else { return nil }
        try connection.openChannel(number)
        channels[number] = Channel(exchange: exchange, lastUsed: uses)
        numbers[exchange] = number
        return number
    }

    /// A message was published on a channel of ours.
    mutating func add(_ place: OpenAttempts.Place, to number: UInt16, deadline: Int64) {
        channels[number]?.window.add(place, deadline: deadline)
    }

    /// See `ConfirmWindow.answer`.
    mutating func answer(
        _ number: UInt16, _ tag: UInt64, isMultiple: Bool,
        _ body: (ConfirmWindow<OpenAttempts.Place>.Entry) -> Void
    ) {
        channels[number]?.window.answer(tag, isMultiple: isMultiple, body)
    }

    /// Notes what came back. A broker does not say which message that was, but messages with the
    /// same exchange, key and id on one channel are alike: the first of them is as good as any.
    mutating func markReturned(
        _ message: AMQPReturn, on number: UInt16,
        delivery: (OpenAttempts.Place) -> QueuedDelivery<AMQPTarget>?
    ) {
        channels[number]?.window.markReturned(message.refusal) { place in
            guard let delivery = delivery(place) else { return false }
            return delivery.target.exchange == message.exchange
                && delivery.target.routingKey == message.routingKey
                && message.messageID.elementsEqual(delivery.occurrence.id.description.utf8)
        }
    }

    /// The channel is gone; what was not confirmed on it comes out.
    mutating func remove(
        _ number: UInt16, _ body: (ConfirmWindow<OpenAttempts.Place>.Entry) -> Void
    ) {
        guard var channel = channels.removeValue(forKey: number) else { return }
        numbers[channel.exchange] = nil
        channel.window.removeAll(body)
    }

    /// See `ConfirmWindow.expire`.
    mutating func expire(
        now: Int64, _ body: (ConfirmWindow<OpenAttempts.Place>.Entry) -> Void
    ) -> Int64? {
        var next: Int64?
        for number in Array(channels.keys) {
            next = earlier(next, channels[number]?.window.expire(now: now, body) ?? nil)
        }
        return next
    }

    /// See `ConfirmWindow.extend`.
    mutating func extend(by nanoseconds: Int64) {
        for number in Array(channels.keys) { channels[number]?.window.extend(by: nanoseconds) }
    }
}
