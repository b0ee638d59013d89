internal import EventCore
internal import WireFormats

/// Where and how a subscriber is called: what `SocketDetail.target` holds for `http:` and `https:` sockets.
final class RPCTarget: HTTPTarget {
    /// The URL as it goes to libcurl, with a final 0.
    let url: [CChar]
    /// `host:port`, for words about failures.
    let authority: String
    /// The socket's identity: subscriptions with the same one share a queue.
    let destination: Destination
    /// The `method` member; nil = the event's name.
    let method: String?
    /// Whether a result is waited for.
    let mode: CallMode
    /// What concerns the queue.
    let options: DeliveryOptions

    /// A target; `url` in the canonical form.
    init(url: String, authority: String, identity: String, options: SocketOptions) {
        self.url = url.utf8CString.map { $0 }
        self.authority = authority
        destination = Destination(identity)
        method = options.method
        mode = options.mode
        self.options = options.delivery
    }

    /// See `HTTPTarget`.
    static let contentType: StaticString = "application/json"

    /// See `HTTPTarget`: a notification is delivered with the status.
    var readsReply: Bool { mode == .request }

    /// See `HTTPTarget`: one call is an object, several are an array (JSON-RPC 2.0 §6).
    static func write(_ deliveries: [QueuedDelivery<RPCTarget>], into body: inout [UInt8]) {
        guard deliveries.count > 1 else { return body += deliveries[0].payload }
        body.append(UInt8(ascii: "["))
        for (place, delivery) in deliveries.enumerated() {
            if place > 0 { body.append(UInt8(ascii: ",")) }
            body += delivery.payload
        }
        body.append(UInt8(ascii: "]"))
    }

    /// See `HTTPTarget`: calls and notifications are not mixed, and an array has no id twice (two subscriptions of
    /// one receiver are told of the same occurrence).
    static func joins(
        _ delivery: QueuedDelivery<RPCTarget>, _ call: borrowing [QueuedDelivery<RPCTarget>]
    ) -> Bool {
        guard call[0].target.mode == delivery.target.mode else { return false }
        guard delivery.target.mode == .request else { return true }
        for place in call.indices where call[place].occurrence === delivery.occurrence {
            return false
        }
        return true
    }

    /// See `HTTPTarget`: delivered is what has a result of its own id.
    static func judge(
        reply: [UInt8], to deliveries: [QueuedDelivery<RPCTarget>]
    ) -> [Verdict] {
        let ids = deliveries.map { JSONRPCID.string($0.occurrence.id.description) }
        let replies =
            ids.count == 1
            ? [JSONRPCReply(parsing: reply.span, id: ids[0])]
            : JSONRPCReply.replies(parsing: reply.span, to: ids)
        return zip(replies, deliveries).map { reply, delivery in
            let authority = delivery.target.authority
            return switch reply {
            case .result: .delivered
            case .error(let code, _):
                .ended(.failed(.reply), words: "\(authority) answered the error \(code)")
            case .invalid:
                .ended(
                    .failed(.reply), words: "\(authority) answered no JSON-RPC result of the call")
            }
        }
    }
}
