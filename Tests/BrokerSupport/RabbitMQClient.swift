internal import Crabbitmq
internal import TestSupport

/// A client of a broker: makes exchanges and queues, and takes messages out. Belongs to one thread;
/// a call gives up after ten seconds.
public final class RabbitMQClient {
    /// A message as a consumer sees it.
    public struct Message: Sendable, Equatable {
        /// The body, as text.
        public var body: String
        /// Where it was published to.
        public var exchange: String
        /// With which key.
        public var routingKey: String
        /// The properties; nil where one is not there.
        public var contentType: String?
        /// 1 or 2.
        public var deliveryMode: UInt8?
        /// See `contentType`.
        public var messageID: String?
        /// Seconds since 1970.
        public var timestamp: UInt64?
        /// See `contentType`.
        public var type: String?
        /// See `contentType`.
        public var appID: String?
        /// Those of the headers that are texts.
        public var headers: [String: String] = [:]

        /// A message that a test expects.
        public init(
            body: String, exchange: String, routingKey: String, contentType: String?,
            deliveryMode: UInt8?, messageID: String?, timestamp: UInt64?, type: String?,
            appID: String?
        ) {
            self.body = body
            self.exchange = exchange
            self.routingKey = routingKey
            self.contentType = contentType
            self.deliveryMode = deliveryMode
            self.messageID = messageID
            self.timestamp = timestamp
            self.type = type
            self.appID = appID
        }
    }

    /// What the broker or the library said.
    public struct Failure: Error {
        /// What was tried.
        public let what: String
    }

    private let handle: amqp_connection_state_t

    /// A client that is logged in to the broker on a port of 127.0.0.1.
    public init(
        port: UInt16, user: String = "guest", password: String = "guest", virtualHost: String = "/"
    ) throws {
        handle = amqp_new_connection()
        let socket = amqp_tcp_socket_new(handle)
        guard carillon_amqp_open(socket, "127.0.0.1", Int32(port), 10_000) == 0 else {
            throw Failure(what: "connect")
        }
        _ = carillon_amqp_set_login_timeout(handle, 10_000)
        _ = carillon_amqp_set_reply_timeout(handle, 10_000)
        try check("log in", carillon_amqp_login(handle, virtualHost, 131_072, 0, user, password))
        amqp_channel_open(handle, 1)
        try check("channel")
    }

    deinit { amqp_destroy_connection(handle) }

    /// Declares an exchange of this type: `direct`, `topic`, `fanout`.
    public func declareExchange(_ name: String, type: String = "direct") throws {
        Self.bytes([name, type]) { names in
            _ = amqp_exchange_declare(
                handle, 1, names[0], names[1], 0, 1, 0, 0, amqp_empty_table)
        }
        try check("declare \(name)")
    }

    /// Deletes an exchange.
    public func deleteExchange(_ name: String) throws {
        Self.bytes([name]) { _ = amqp_exchange_delete(handle, 1, $0[0], 0) }
        try check("delete \(name)")
    }

    /// Declares a queue that survives the broker, bound to `exchange` with `key` if given.
    /// `lengthMax`: it refuses what is more (basic.nack).
    public func declareQueue(
        _ name: String, exchange: String? = nil, key: String = "", lengthMax: Int32? = nil
    ) throws {
        Self.bytes([name, "x-max-length", "x-overflow", "reject-publish"]) { names in
            var arguments = [
                amqp_table_entry_t(key: names[1], value: amqp_field_value_t()),
                amqp_table_entry_t(key: names[2], value: amqp_field_value_t()),
            ]
            arguments[0].value.kind = UInt8(AMQP_FIELD_KIND_I32.rawValue)
            arguments[0].value.value.i32 = lengthMax ?? 0
            arguments[1].value.kind = UInt8(AMQP_FIELD_KIND_UTF8.rawValue)
            arguments[1].value.value.bytes = names[3]
            arguments.withUnsafeMutableBufferPointer { entries in
                let table = amqp_table_t(
                    num_entries: lengthMax == nil ? 0 : 2, entries: entries.baseAddress)
                _ = amqp_queue_declare(handle, 1, names[0], 0, 1, 0, 0, table)
            }
        }
        try check("declare \(name)")
        guard let exchange else { return }
        Self.bytes([name, exchange, key]) { names in
            _ = amqp_queue_bind(handle, 1, names[0], names[1], names[2], amqp_empty_table)
        }
        try check("bind \(name)")
    }

    /// Deletes a queue with what is in it.
    public func deleteQueue(_ name: String) throws {
        Self.bytes([name]) { _ = amqp_queue_delete(handle, 1, $0[0], 0, 0) }
        try check("delete \(name)")
    }

    /// Takes out everything that is in a queue now.
    public func takeAll(_ queue: String) throws -> [Message] {
        var messages: [Message] = []
        while let message = try get(queue) { messages.append(message) }
        return messages
    }

    /// Takes messages out until there are `count`, or `seconds` have passed; those there are.
    public func take(_ count: Int, from queue: String, seconds: Double = 20) throws -> [Message] {
        var messages: [Message] = []
        _ = try eventually(within: seconds) {
            while messages.count < count, let message = try get(queue) { messages.append(message) }
            return messages.count >= count
        }
        return messages
    }

    private func get(_ queue: String) throws -> Message? {
        let reply = Self.bytes([queue]) { amqp_basic_get(handle, 1, $0[0], 1) }
        try check("get \(queue)", reply)
        guard reply.reply.id == carillon_amqp_basic_get_ok, let decoded = reply.reply.decoded else {
            return nil
        }
        let place = decoded.load(as: amqp_basic_get_ok_t.self)
        let (exchange, key) = (Self.text(place.exchange), Self.text(place.routing_key))
        var content = amqp_message_t()
        try check("read \(queue)", amqp_read_message(handle, 1, &content, 0))
        defer {
            amqp_destroy_message(&content)
            amqp_maybe_release_buffers(handle)
        }
        let properties = content.properties
        func has(_ flag: Int32) -> Bool { properties._flags & UInt32(flag) != 0 }
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            has(flag) ? Self.text(bytes) : nil
        }
        var message = Message(
            body: Self.text(content.body), exchange: exchange, routingKey: key,
            contentType: text(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type),
            deliveryMode: has(AMQP_BASIC_DELIVERY_MODE_FLAG) ? properties.delivery_mode : nil,
            messageID: text(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id),
            timestamp: has(AMQP_BASIC_TIMESTAMP_FLAG) ? properties.timestamp : nil,
            type: text(AMQP_BASIC_TYPE_FLAG, properties.type),
            appID: text(AMQP_BASIC_APP_ID_FLAG, properties.app_id))
        if has(AMQP_BASIC_HEADERS_FLAG) {
            for index in 0..<Int(properties.headers.num_entries) {
                let entry = properties.headers.entries[index]
                guard entry.value.kind == UInt8(ascii: "S") else { continue }
                message.headers[Self.text(entry.key)] = Self.text(entry.value.value.bytes)
            }
        }
        return message
    }

    // MARK: Errors and bytes

    private func check(_ what: String) throws {
        try check(what, amqp_get_rpc_reply(handle))
    }

    private func check(_ what: String, _ reply: amqp_rpc_reply_t) throws {
        guard reply.reply_type == AMQP_RESPONSE_NORMAL else { throw Failure(what: what) }
    }

    private static func text(_ bytes: amqp_bytes_t) -> String {
        String(
            decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }

    /// Lends texts in the library's form.
    private static func bytes<Result>(
        _ texts: [String], _ body: ([amqp_bytes_t]) -> Result
    ) -> Result {
        var all: [UInt8] = []
        var ends: [Int] = []
        for text in texts {
            all += text.utf8
            ends.append(all.count)
        }
        return all.withUnsafeMutableBytes { buffer in
            var start = 0
            return body(
                ends.map { end in
                    defer { start = end }
                    return amqp_bytes_t(
                        len: end - start, bytes: buffer.baseAddress.map { $0 + start })
                })
        }
    }
}
