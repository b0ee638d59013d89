internal import EventCore
internal import WireFormats

/// Where and how a subscriber is called: what `SocketDetail.target` holds for `xmlrpc:` sockets.
final class XMLRPCTarget: HTTPTarget {
    /// The URL as it goes to libcurl, with a final 0.
    let url: [CChar]
    /// `host:port`, for words about failures.
    let authority: String
    /// The URL without the method: its subscriptions share a queue and connections.
    let destination: Destination
    /// What concerns the queue.
    let options: DeliveryOptions
    /// The procedure that is called.
    let method: String
    /// How named params are written.
    let layout: XMLRPCCall.Layout

    /// A target; the text has been read already. `path` begins with a slash.
    init(
        address: HostPort, isSecure: Bool, path: String, method: String,
        layout: XMLRPCCall.Layout, options: DeliveryOptions
    ) {
        let scheme = isSecure ? "https" : "http"
        url = "\(scheme)://\(address.text)\(path)".utf8CString.map { $0 }
        authority = address.text
        destination = Destination("\(scheme)://\(address.identity)\(path)")
        self.options = options
        self.method = method
        self.layout = layout
    }

    /// See `HTTPTarget`: what OpenSIPS sends, and the specification asks for.
    static let contentType: StaticString = "text/xml"

    /// See `HTTPTarget`: a fault comes with the status 200.
    var readsReply: Bool { true }

    /// See `HTTPTarget`: XML-RPC has no batches, so there is one.
    static func write(_ deliveries: [QueuedDelivery<XMLRPCTarget>], into body: inout [UInt8]) {
        body += deliveries[0].payload
    }

    /// See `HTTPTarget`: delivered is what the procedure returned from.
    static func judge(
        reply: [UInt8], to deliveries: [QueuedDelivery<XMLRPCTarget>]
    ) -> [Verdict] {
        let answer = XMLRPCReply(parsing: reply)
        return deliveries.map { verdict(on: answer, from: $0.target.authority) }
    }

    private static func verdict(on reply: XMLRPCReply, from authority: String) -> Verdict {
        switch reply {
        case .result: .delivered
        case .fault(let code, let text):
            .ended(
                .failed(.reply),
                words: "\(authority) answered the fault \(code): \(PeerText.line(text))")
        case .invalid(let expectation):
            .ended(
                .failed(.reply), words: "\(authority) answered no XML-RPC response: \(expectation)")
        }
    }
}
