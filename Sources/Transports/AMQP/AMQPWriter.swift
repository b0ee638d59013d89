internal import Crabbitmq
internal import EventCore

/// Writes deliveries as messages, with the properties that receivers can rely on:
///
/// | property | value |
/// |---|---|
/// | content_type | `application/json`, of the format `lines` `text/plain` |
/// | delivery_mode | 2 (persistent) where the socket says so, else 1 |
/// | message_id | the occurrence's id, the same however often it is sent |
/// | timestamp | of the raise, in seconds |
/// | type | the event's name |
/// | app_id | `carillon` |
/// | headers | `X-Request-Id` and `traceparent`, where the client that raised has sent them |
struct AMQPWriter {
    /// The names of one message, one behind the other: they need addresses while the library
    /// encodes them.
    private var names: [UInt8] = []

    /// Publishes on a confirming channel, with `mandatory`: the library's status.
    mutating func publish(
        _ delivery: QueuedDelivery<AMQPTarget>, on channel: UInt16,
        of connection: amqp_connection_state_t
    ) -> Int32 {
        let target = delivery.target
        names.removeAll(keepingCapacity: true)
        names += target.exchange
        let keyStart = names.count
        names += target.routingKey
        let idStart = names.count
        names += delivery.occurrence.id.description.utf8
        let typeStart = names.count
        names += delivery.occurrence.event.utf8
        let traceStart = names.count
        let trace = delivery.occurrence.trace
        names += (trace?.requestID ?? "").utf8
        let parentStart = names.count
        names += (trace?.parent ?? "").utf8
        return names.withUnsafeMutableBytes { names in
            var properties = amqp_basic_properties_t()
            properties._flags = Self.flags
            properties.content_type = Self.bytes(
                target.format == .json ? "application/json" : "text/plain")
            properties.delivery_mode = target.isPersistent ? 2 : 1
            properties.message_id = Self.bytes(names[idStart..<typeStart])
            // AMQP 0-9-1 §4.2.5.4: seconds.
            properties.timestamp = UInt64(max(0, delivery.occurrence.time / 1_000))
            properties.type = Self.bytes(names[typeStart..<traceStart])
            properties.app_id = Self.bytes("carillon")
            var headers: [amqp_table_entry_t] = []
            if trace != nil {
                for (name, range) in [
                    ("X-Request-Id" as StaticString, traceStart..<parentStart),
                    ("traceparent", parentStart..<names.count),
                ] where !range.isEmpty {
                    headers.append(Self.entry(name, Self.bytes(names[range])))
                }
                properties._flags |= UInt32(AMQP_BASIC_HEADERS_FLAG)
            }
            return headers.withUnsafeMutableBufferPointer { headers in
                properties.headers = amqp_table_t(
                    num_entries: Int32(headers.count), entries: headers.baseAddress)
                return delivery.payload.withUnsafeBytes { payload in
                    amqp_basic_publish(
                        connection, channel, Self.bytes(names[..<keyStart]),
                        Self.bytes(names[keyStart..<idStart]), 1, 0, &properties,
                        amqp_bytes_t(
                            len: payload.count,
                            bytes: UnsafeMutableRawPointer(mutating: payload.baseAddress)))
                }
            }
        }
    }

    private static let flags = UInt32(
        AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG
            | AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_TYPE_FLAG | AMQP_BASIC_APP_ID_FLAG)

    /// AMQP 0-9-1 §4.2.5.5: a long string.
    private static func entry(_ name: StaticString, _ value: amqp_bytes_t) -> amqp_table_entry_t {
        var field = amqp_field_value_t()
        field.kind = UInt8(ascii: "S")
        field.value.bytes = value
        return amqp_table_entry_t(key: bytes(name), value: field)
    }

    private static func bytes(_ text: StaticString) -> amqp_bytes_t {
        amqp_bytes_t(
            len: text.utf8CodeUnitCount, bytes: UnsafeMutableRawPointer(mutating: text.utf8Start))
    }

    private static func bytes(_ slice: Slice<UnsafeMutableRawBufferPointer>) -> amqp_bytes_t {
        let buffer = UnsafeMutableRawBufferPointer(rebasing: slice)
        return amqp_bytes_t(len: buffer.count, bytes: buffer.baseAddress)
    }
}
