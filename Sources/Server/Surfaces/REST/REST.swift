internal import EventCore
internal import Net
internal import WireFormats

/// The REST surface: a row of the route table turns bytes into a command and its answer into JSON.
struct REST: Sendable {
    let interface: EventInterface
    let mi: MI
    /// Whom it answers, and whether events come into being here.
    let rules: LiveRules
    /// Whether work may be sent: started, not stopping.
    let readiness: Readiness
    /// How the parts of the service are.
    let status: StatusBoard
    /// What they count.
    let metrics: MetricsBook
    /// What the live stream tells.
    let feed: OccurrenceFeed

    /// Runs `command` for `caller`. What it answers is written by `render`, now or, where the answer has to wait, later.
    /// `position` says where in the request a parameter of the command came from.
    func run(
        _ command: Command, by caller: Caller, for request: borrowing HTTPRequest,
        _ response: inout HTTPResponse,
        position: @escaping @Sendable (String) -> Problem.Place.Where,
        render: @escaping @Sendable (CommandReply, inout HTTPResponse) -> Void
    ) throws(Problem) -> HTTPAnswer {
        do throws(CommandError) {
            let outcome = try Commands.run(
                command, by: caller, on: interface, at: request.received
            ) {
                let ticket = request.ticket
                let marks = marks(of: request, by: caller)
                return { result in
                    ticket.complete { response in
                        marks.add(to: &response)
                        switch result {
                        case .success(let reply): render(reply, &response)
                        case .failure(let error):
                            Problem(error, position: position).write(to: &response)
                        }
                    }
                }
            }
            // Consumed, as all copies of a reply cost what it holds.
            switch consume outcome {
            case .done(let reply):
                render(reply, &response)
                return .ready
            case .awaiting:
                return .parked
            }
        } catch {
            throw Problem(error, position: position)
        }
    }

    /// A parameter of a command that came from the member of the body with the same name.
    @Sendable static func inBody(_ parameter: String) -> Problem.Place.Where {
        .body("/" + parameter)
    }
}

/// What stands in a path for the `{}` of its row; undecoded, valid during the call.
struct PathArgument {
    let bytes: UnsafeBufferPointer<UInt8>

    /// The argument, decoded.
    func text() throws(Problem) -> String {
        if !bytes.contains(UInt8(ascii: "%")) { return String(decoding: bytes, as: UTF8.self) }
        return try PercentDecoding.text(bytes, plusIsBlank: false)
    }
}

/// How the REST surface reads a request.
extension HTTPRequest {
    /// The query's parameters; none but `allowed` may be there. Valid as long as the request.
    func strictQuery(_ allowed: [StaticString] = []) throws(Problem) -> QueryReader {
        try QueryReader(query, allowed: allowed)
    }

    /// The body as a JSON text. 415 unless it says that it is one.
    func json() throws(Problem) -> JSON {
        try checkMediaType()
        do throws(JSONError) {
            return try JSON(parsing: body.span)
        } catch {
            throw Problem(error)
        }
    }

    /// 415 unless the body is `application/json` in UTF-8 and not compressed.
    func checkMediaType() throws(Problem) {
        let isPlain = field("Content-Encoding").map { $0.lowercasedText == "identity" } ?? true
        if isPlain, let type = field("Content-Type"), MediaType.isJSON(type) { return }
        throw Problem(
            415, "unsupported_media_type",
            "Send the body with Content-Type: application/json, in UTF-8, and without Content-Encoding."
        )
    }
}

/// The one media type that bodies may have.
enum MediaType {
    /// Whether `value` is `application/json`, with no parameter but `charset=utf-8` (RFC 9110 §8.3.1).
    static func isJSON(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
        if value.isExactly("application/json") { return true }
        let parts = value.lowercasedText.split(separator: ";", omittingEmptySubsequences: false)
            .map { $0.trimmingBlanks() }
        guard parts[0] == "application/json" else { return false }
        return parts.dropFirst().allSatisfy {
            $0.isEmpty || $0 == "charset=utf-8" || $0 == "charset=\"utf-8\""
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the bytes of `text`.
    func isExactly(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in indices where self[index] != text.utf8Start[index] { return false }
        return true
    }

    /// The bytes as text, ASCII letters in lower case; what is no UTF-8 becomes U+FFFD.
    var lowercasedText: String {
        String(decoding: map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

extension Substring {
    /// Without blanks and tabs at both ends (RFC 9110 §5.6.3, OWS).
    fileprivate func trimmingBlanks() -> Substring {
        var text = self.drop { $0 == " " || $0 == "\t" }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
