internal import EventCore

/// Where and how a subscriber is called: what `SocketDetail.target` holds for `http:` and `https:` sockets.
final class RPCTarget: Sendable {
    /// What a call is, in the words of JSON-RPC 2.0 §4.
    enum Mode: String, Sendable {
        /// Without `id`; any 2xx answer means delivered.
        case notification
        /// With the occurrence's id; delivered is a 2xx answer with a result of that id.
        case request
    }

    /// The URL as it goes to libcurl, with a final 0.
    let url: [CChar]
    /// The socket's identity: subscriptions with the same one share a queue.
    let destination: String
    /// The `method` member; nil = the event's name.
    let method: String?
    /// Whether a result is waited for.
    let mode: Mode
    /// How long an attempt may take; nil = as the settings say.
    let timeoutMilliseconds: Int?

    /// A target; `url` in the canonical form.
    init(url: String, destination: String, method: String?, mode: Mode, timeoutMilliseconds: Int?) {
        self.url = url.utf8CString.map { $0 }
        self.destination = destination
        self.method = method
        self.mode = mode
        self.timeoutMilliseconds = timeoutMilliseconds
    }
}
