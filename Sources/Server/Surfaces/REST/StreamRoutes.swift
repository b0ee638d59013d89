internal import EventCore
internal import Net
internal import WireFormats

/// `/events/stream`.
extension REST {
    @Sendable static func streamEvents(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        var query = try request.strictQuery(["event"])
        let event = query.eventGlob("event")
        try query.finish()
        let mayRead = try rest.readable(by: caller)
        let format = try streamFormat(request)
        let last = request.field("Last-Event-ID").map { String(decoding: $0, as: UTF8.self) }
        let place = last.flatMap(OccurrenceID.init(parsing:)).flatMap(rest.feed.place(after:))
        response.contentType =
            format == .events ? "text/event-stream" : "application/x-ndjson"
        response.addField("Cache-Control", "no-store")
        guard request.method != .head else { return .ready }
        guard rest.feed.enter() else {
            var problem = Problem(
                503, "too_many_streams",
                "No more clients read the live stream at a time; the setting is streams-max.")
            problem.retryAfterSeconds = 5
            throw problem
        }
        return .streaming(
            OccurrenceStream(
                rest.feed, format, from: place ?? rest.feed.end,
                only: [event.map { [$0] }, mayRead].compactMap(\.self),
                misses: last != nil && place == nil))
    }

    /// The events that `caller` may read; nil: all. Throws 403 where it may read none.
    private func readable(by caller: Caller) throws(Problem) -> [EventGlob]? {
        do throws(CommandError) {
            return try interface.readableEvents(by: caller)
        } catch {
            throw Problem(error, position: Self.inBody)
        }
    }

    /// RFC 9110 §12.5.1, as far as two types need it: server-sent events, unless only NDJSON is named.
    private static func streamFormat(
        _ request: borrowing HTTPRequest
    ) throws(Problem) -> OccurrenceStream.Format {
        guard let accept = request.field("Accept") else { return .events }
        let types = accept.lowercasedText.split(separator: ",").map {
            $0.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        }
        if types.contains(where: { ["text/event-stream", "text/*", "*/*"].contains($0) }) {
            return types.first == "application/x-ndjson" ? .lines : .events
        }
        if types.contains(where: { ["application/x-ndjson", "application/*"].contains($0) }) {
            return .lines
        }
        throw Problem(
            406, "not_acceptable",
            "The live stream is text/event-stream or application/x-ndjson.")
    }
}
