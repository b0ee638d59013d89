internal import EventCore

/// What a broker says of its own accord.
enum AMQPEvent: Equatable {
    /// basic.ack or basic.nack: the message `tag` of the channel, or all up to it, is taken or not.
    case answered(channel: UInt16, tag: UInt64, isMultiple: Bool, isTaken: Bool)
    /// basic.return: a message came back. What is awaited of it is answered later.
    case returned(channel: UInt16, AMQPReturn)
    /// channel.close: the channel is gone, and with it all that was not answered on it.
    case channelClosed(channel: UInt16, AMQPRefusal)
    /// connection.close: as good as a connection that is lost.
    case connectionClosed(AMQPRefusal)
    /// connection.blocked: nothing is taken until further notice.
    case blocked(words: String)
    /// connection.unblocked.
    case unblocked
}

/// A message that the broker could not route.
struct AMQPReturn: Equatable {
    /// Why.
    var refusal: AMQPRefusal
    /// Where it was to go.
    var exchange: [UInt8]
    /// See `exchange`.
    var routingKey: [UInt8]
    /// Its property message_id.
    var messageID: [UInt8] = []
}

/// Why a broker does not do something: a reply code and its text, which is fit to be shown (AMQP 0-9-1 §4.10).
struct AMQPRefusal: Equatable {
    /// 312, 403, 404 …
    var code: UInt16
    /// `NO_ROUTE`, `NOT_FOUND - no exchange 'x' in vhost '/'`.
    var text: String

    /// For sentences.
    var words: String { "\(text) (\(code))" }

    /// For receipts: `312 NO_ROUTE`, the code and the first word.
    var answer: AttemptFacts.Answer {
        .amqp("\(code) " + text.prefix { $0 != " " })
    }
}
