/// What most tests do, in a word.
extension JSONClient {
    /// Subscribes by REST; more members as in `"expire":60`.
    @discardableResult
    public func subscribe(_ event: String, _ socket: String, _ more: String = "") throws -> Response
    {
        let more = more.isEmpty ? "" : "," + more
        return try send(
            "POST", "/subscriptions", #"{"event":"\#(event)","socket":"\#(socket)"\#(more)}"#)
    }

    /// Raises by REST with this JSON text as params, none without.
    @discardableResult
    public func raise(_ event: String, _ params: String? = nil) throws -> Response {
        try send("POST", "/events/\(event)/raise", params.map { #"{"params":\#($0)}"# } ?? "{}")
    }

    /// Calls MI with a body.
    public func mi(_ body: String) throws -> Response { try send("POST", "/mi", body) }

    /// Calls one command of MI with id 1; `params` is JSON text.
    public func mi(_ method: String, _ params: String) throws -> String {
        try mi(#"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params),"id":1}"#).text
    }

    /// The subscribers of a page.
    public func subscribers(_ query: String = "") throws -> [[String: Any]] {
        let page = try send("GET", "/subscribers" + query)
        return page.json["subscribers"] as? [[String: Any]] ?? []
    }

    /// Every subscription, page by page.
    public func allSubscribers() throws -> [[String: Any]] {
        var all: [[String: Any]] = []
        var target = "/subscribers?limit=1000"
        while true {
            let page = try send("GET", target)
            all += page.json["subscribers"] as? [[String: Any]] ?? []
            guard let cursor = page.json["next_cursor"] as? String else { return all }
            target = "/subscribers?limit=1000&cursor=\(cursor)"
        }
    }

    /// The delivery counts of the subscription at this location.
    public func deliveries(_ location: String) throws -> [String: Any] {
        try send("GET", location).json["deliveries"] as? [String: Any] ?? [:]
    }

    /// The statistics of MI, all of them.
    public func statistics() throws -> [String: Int] {
        let reply = try mi(
            #"{"jsonrpc":"2.0","method":"get_statistics","params":[["all"]],"id":1}"#)
        return reply.json["result"] as? [String: Int] ?? [:]
    }
}
