/// What a broker says of its own accord.
enum AMQPEvent: Equatable {
    /// basic.ack or basic.nack: the message `tag` of the channel, or all up to it, is taken or not.
    case answered(channel: UInt16, tag: UInt64, isMultiple: Bool, isTaken: Bool)
    /// basic.return: a message came back. What is awaited of it is answered later.
    case returned(channel: UInt16, AMQPReturn)
    /// channel.close: the channel is gone, and with it all that was not answered on it.
    case channelClosed(channel: UInt16, code: UInt16, words: String)
    /// connection.close: as good as a connection that is lost.
    case connectionClosed(words: String)
    /// connection.blocked: nothing is taken until further notice.
    case blocked(words: String)
    /// connection.unblocked.
    case unblocked
}

/// A message that the broker could not route.
struct AMQPReturn: Equatable {
    /// Why, in its words: `NO_ROUTE`.
    var words: String
    /// Where it was to go.
    var exchange: [UInt8]
    /// See `exchange`.
    var routingKey: [UInt8]
    /// Its property message_id.
    var messageID: [UInt8] = []
}
