internal import Crabbitmq
internal import EventCore

/// Makes events of the frames that a broker sends of its own accord.
struct AMQPFrameReader {
    private let password: Secret
    /// A basic.return whose content is still to come, and how much of its body (AMQP 0-9-1 §4.2.6:
    /// method, header, body, in this order, on one channel).
    private var content: (channel: UInt16, message: AMQPReturn, bytesLeft: UInt64?)?

    init(password: Secret) {
        self.password = password
    }

    /// The event that is complete with this frame; nil for frames that say nothing to us.
    mutating func read(_ frame: amqp_frame_t) -> AMQPEvent? {
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD: readMethod(frame.payload.method, on: frame.channel)
        case AMQP_FRAME_HEADER: readHeader(frame)
        case AMQP_FRAME_BODY: readBody(frame)
        default: nil
        }
    }

    /// What the broker says in a method that closes something.
    func refusal(in method: amqp_method_t) -> AMQPRefusal? {
        guard let decoded = method.decoded else { return nil }
        switch method.id {
        case carillon_amqp_connection_close:
            let close = decoded.load(as: amqp_connection_close_t.self)
            return shown(close.reply_code, close.reply_text)
        case carillon_amqp_channel_close:
            let close = decoded.load(as: amqp_channel_close_t.self)
            return shown(close.reply_code, close.reply_text)
        default: return nil
        }
    }

    private func shown(_ code: UInt16, _ text: amqp_bytes_t) -> AMQPRefusal {
        AMQPRefusal(code: code, text: AMQPWords.shown(text.array, hiding: password))
    }

    private mutating func readMethod(_ method: amqp_method_t, on channel: UInt16) -> AMQPEvent? {
        guard let decoded = method.decoded else { return nil }
        switch method.id {
        case carillon_amqp_basic_ack:
            let ack = decoded.load(as: amqp_basic_ack_t.self)
            return .answered(
                channel: channel, tag: ack.delivery_tag, isMultiple: ack.multiple != 0,
                isTaken: true)
        case carillon_amqp_basic_nack:
            let nack = decoded.load(as: amqp_basic_nack_t.self)
            return .answered(
                channel: channel, tag: nack.delivery_tag, isMultiple: nack.multiple != 0,
                isTaken: false)
        case carillon_amqp_basic_return:
            let back = decoded.load(as: amqp_basic_return_t.self)
            let message = AMQPReturn(
                refusal: shown(back.reply_code, back.reply_text), exchange: back.exchange.array,
                routingKey: back.routing_key.array)
            content = (channel, message, nil)
            return nil
        case carillon_amqp_channel_close:
            let close = decoded.load(as: amqp_channel_close_t.self)
            return .channelClosed(
                channel: channel, shown(close.reply_code, close.reply_text))
        case carillon_amqp_connection_close:
            return refusal(in: method).map { .connectionClosed($0) }
        case carillon_amqp_connection_blocked:
            let blocked = decoded.load(as: amqp_connection_blocked_t.self)
            return .blocked(words: AMQPWords.shown(blocked.reason.array, hiding: password))
        case carillon_amqp_connection_unblocked: return .unblocked
        default: return nil
        }
    }

    private mutating func readHeader(_ frame: amqp_frame_t) -> AMQPEvent? {
        guard let (channel, _, _) = content, channel == frame.channel else { return nil }
        let header = frame.payload.properties
        if header.class_id == UInt16(AMQP_BASIC_CLASS),
            let properties = header.decoded?.load(as: amqp_basic_properties_t.self),
            properties._flags & UInt32(AMQP_BASIC_MESSAGE_ID_FLAG) != 0
        {
            content?.message.messageID = properties.message_id.array
        }
        content?.bytesLeft = header.body_size
        return header.body_size == 0 ? endContent() : nil
    }

    private mutating func readBody(_ frame: amqp_frame_t) -> AMQPEvent? {
        guard let (channel, _, left) = content, channel == frame.channel, let left else {
            return nil
        }
        let bytes = UInt64(frame.payload.body_fragment.len)
        content?.bytesLeft = left - min(left, bytes)
        return bytes >= left ? endContent() : nil
    }

    private mutating func endContent() -> AMQPEvent? {
        defer { content = nil }
        return content.map { .returned(channel: $0.channel, $0.message) }
    }
}

extension amqp_bytes_t {
    /// A copy of the bytes: theirs are gone when the library reads on.
    var array: [UInt8] {
        guard len > 0, let bytes else { return [] }
        return [UInt8](UnsafeRawBufferPointer(start: bytes, count: len))
    }
}
