import WireFormats

/// The service's REST and MI surfaces, as the commands use them: JSON in, JSON out, refusals as `Failure`.
struct Service {
    let client: HTTPClient

    init(_ settings: HTTPClient.Settings) throws(Failure) {
        client = try HTTPClient(settings)
    }

    /// The answer's status and body; `null` for an empty body. Fails for every status from 300.
    @discardableResult
    func send(
        _ method: String, _ path: String, _ body: JSON? = nil
    ) throws(Failure) -> (status: Int, body: JSON) {
        var bytes: [UInt8]?
        if let body {
            var text: [UInt8] = []
            text.append(tree: body)
            bytes = text
        }
        let response = try client.send(method, path, bytes)
        guard response.status < 300 else { throw refusal(response) }
        return (response.status, try parse(response))
    }

    /// What GET answers.
    func get(_ path: String) throws(Failure) -> JSON {
        try send("GET", path).body
    }

    /// Every entry of a list, page by page, following its cursors, until there are no more or `each` says false.
    func list(
        _ path: String, member: String, query: [(String, String)],
        each page: ([JSON]) throws(Failure) -> Bool
    ) throws(Failure) {
        var cursor: String?
        repeat {
            var query = query + [("limit", "1000")]
            if let cursor { query.append(("cursor", cursor)) }
            let text = query.map { "\($0)=\(ServiceURL.escaped($1))" }.joined(separator: "&")
            let answer = try get(path + "?" + text)
            guard case .array(let entries)? = answer[member] else { throw strange(path) }
            guard try page(entries) else { return }
            cursor = answer["next_cursor"]?.stringValue
        } while cursor != nil
    }

    /// The answer to something unexpected.
    func strange(_ path: String) -> Failure {
        Failure(
            .failed,
            "\(client.settings.url.text) answers \(path) with something else than expected.",
            advice: "Is this a Carillon? Its answers are described at /openapi.yaml.")
    }

    private func parse(_ response: HTTPClient.Response) throws(Failure) -> JSON {
        guard !response.body.isEmpty else { return .null }
        do throws(JSONError) {
            return try JSON(parsing: response.body.span)
        } catch {
            throw Failure(
                .failed,
                "\(client.settings.url.text) answers \(response.status) with something that is no JSON.",
                advice: "Is this a Carillon?")
        }
    }

    /// A problem document (RFC 9457) in words.
    func refusal(_ response: HTTPClient.Response) -> Failure {
        let problem = try? JSON(parsing: response.body.span)
        let detail = problem?["detail"]?.stringValue ?? problem?["title"]?.stringValue
        var message = "\(response.status)"
        if let code = problem?["code"]?.stringValue { message += " " + code }
        var places: [String] = []
        if case .array(let errors)? = problem?["errors"] { places = errors.map(Self.place) }
        // The places say what the detail says, and more.
        if places.isEmpty {
            message += detail.map { ": " + $0 } ?? ": \(client.settings.url.text) does not say why."
        }
        let (status, advice) = Self.advice(response.status, problem?["code"]?.stringValue)
        return Failure(status, message, places: places, advice: advice)
    }

    private static func place(_ error: JSON) -> String {
        let name = error["pointer"]?.stringValue ?? error["parameter"]?.stringValue ?? ""
        let detail = error["detail"]?.stringValue ?? error["code"]?.stringValue ?? ""
        return name.isEmpty ? detail : "\(name): \(detail)"
    }

    /// What each refusal means for the exit status, and what to do about it.
    private static func advice(_ status: Int, _ code: String?) -> (ExitStatus, String?) {
        switch (status, code) {
        case (404, "event_not_found"): (.notFound, "The events there are: carillonctl events")
        case (404, "subscription_not_found"):
            (.notFound, "The subscriptions there are: carillonctl subscribers")
        case (404, "occurrence_not_found"):
            (.notFound, "Those that are remembered: carillonctl occurrences")
        case (404, nil), (405, nil): (.notFound, "Is this a Carillon? Set --url or CARILLON_URL.")
        case (404, _): (.notFound, nil)
        case (401, _): (.forbidden, "Put a token into CARILLON_TOKEN.")
        case (403, "target_forbidden"):
            (.forbidden, "The service's setting target-policy or unix-directories decides.")
        case (403, _): (.forbidden, nil)
        case (421, _):
            (.failed, "Call it by a name it knows, or start carillond with --allowed-host.")
        case (503, _): (.failed, "Try again in a moment; `carillonctl status` tells more.")
        default: (.failed, nil)
        }
    }
}
