internal import EventCore
internal import Synchronization
internal import WireFormats

/// Where and how a subscriber is called: what `SocketDetail.target` holds for `jsonrpc:` and `tcp:`
/// sockets.
final class StreamTarget: DeliveryTarget {
    /// How a notification is marked. The raw value is the scheme that asks for it.
    enum Form: String, Sendable {
        /// `"id":null` comes first: event_jsonrpc of OpenSIPS 2.4.
        case openSIPS2 = "jsonrpc"
        /// No id: event_stream of OpenSIPS 4.
        case openSIPS4 = "tcp"
    }

    /// Scheme, host, port and framing: its subscriptions share a connection.
    let destination: Destination
    /// What concerns the queue.
    let options: DeliveryOptions
    /// The receiver.
    let address: HostPort
    /// How a notification is marked.
    let form: Form
    /// The `method` member; nil = the event's name.
    let method: String?
    /// Whether a result is waited for.
    let mode: CallMode
    /// How messages are told apart.
    let framing: StreamFraming

    /// A hint of the courier's: where the connection is, if it is still the same one.
    let connection = Atomic<UInt64>(.max)

    /// A target; `text` has been read already.
    init(
        form: Form, address: HostPort, method: String?, mode: CallMode, framing: StreamFraming,
        options: DeliveryOptions
    ) {
        let peer = "\(form.rawValue):\(address.identity)"
        destination = Destination(framing == .none ? peer : "\(peer)#framing=\(framing.rawValue)")
        self.options = options
        self.address = address
        self.form = form
        self.method = method
        self.mode = mode
        self.framing = framing
    }
}
