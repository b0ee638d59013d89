internal import EventCore
internal import Net
internal import Synchronization
internal import WireFormats

/// The management interface over JSON-RPC 2.0: the same commands under their OpenSIPS names, with OpenSIPS's
/// reply shapes and error codes. One text in, one text out; `POST /mi` is its first door.
struct MI: Sendable {
    let interface: EventInterface

    /// Answers the body of `POST /mi`: 200 with the response or responses, 204 where only notifications came.
    func answer(_ request: borrowing HTTPRequest, _ response: inout HTTPResponse) -> HTTPAnswer {
        let batch: JSONRPCBatch
        do throws(JSONRPCError) {
            batch = try JSONRPCBatch.parse(request.body.span)
        } catch {
            response.contentType = "application/json"
            JSONRPCReply.append(error: error, id: .null, to: &response.body)
            return .ready
        }
        let ticket = request.ticket
        let replies = MIReplies(batch: batch) { text in
            ticket.complete { Self.write(text, to: &$0) }
        }
        for (index, element) in batch.requests.enumerated() {
            run(element, at: request.received) { replies.set(index, $0) }
        }
        guard let text = replies.takeIfComplete() else { return .parked }
        Self.write(text, to: &response)
        return .ready
    }

    private static func write(_ text: [UInt8], to response: inout HTTPResponse) {
        if text.isEmpty {
            response.status = 204
        } else {
            response.contentType = "application/json"
            response.body.append(contentsOf: text)
        }
    }

    /// Runs one request and hands its response's text to `done`, at once or later; an empty one for a notification.
    private func run(
        _ element: Result<JSONRPCRequest, JSONRPCInvalidRequest>, at now: Moment,
        done: @escaping @Sendable ([UInt8]) -> Void
    ) {
    }
}
