internal import EventCore
internal import Net
internal import WireFormats

/// `GET /json/{command}?params=a,b,c`: the door that OpenSIPS 2 had for programs that only know how to fetch a URL,
/// with the replies of its `mi_json`.
extension REST {
    @Sendable static func callJSON(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        let query = try request.strictQuery(["params"])
        try query.finish()
        guard let row = Commands.row(named: try argument.text()) else {
            throw Problem(404, "not_found", "There is no such command; /json/which lists them.")
        }
        let texts = texts(query.text("params"))
        if !row.isOnlyLooking(withArguments: !texts.isEmpty) { try rest.checkLink(request, caller) }
        let arguments: [Argument?]
        do throws(TextArguments.Fault) {
            arguments = try TextArguments.read(texts, for: row)
        } catch {
            write(error.reply, of: row, to: &response)
            return .ready
        }
        let ticket = request.ticket
        let marks = rest.marks(of: request, by: caller)
        let outcome = rest.mi.runner.run(row, arguments, by: caller, at: request.received) {
            outcome in
            ticket.complete { response in
                marks.add(to: &response)
                write(LineResult.reply(outcome, of: row), of: row, to: &response)
            }
        }
        guard let outcome else { return .parked }
        write(LineResult.reply(outcome, of: row), of: row, to: &response)
        return .ready
    }

    /// A link on any web page is enough to make a browser call this: so what changes anything takes a caller that has
    /// shown who it is, and no page of another origin may have sent it. Throws 403.
    private func checkLink(
        _ request: borrowing HTTPRequest, _ caller: Caller
    ) throws(Problem) {
        let browsers = rules.current.browsers
        // Browsers say where a request comes from, also one for an image, which has no Origin.
        let site = request.field("Sec-Fetch-Site")?.lowercasedText ?? "none"
        guard caller.identity.name != nil, site == "none" || site == "same-origin",
            browsers.mayWrite(origin: request.field("Origin"), host: request.host)
        else {
            throw Problem(
                403, "forbidden",
                "Here a caller that has not shown who it is may only look; POST it to /mi.")
        }
    }

    /// OpenSIPS: decoded first, then cut at the commas; what follows the last one may be missing.
    private static func texts(_ params: String?) -> [String] {
        var texts = (params ?? "").split(separator: ",", omittingEmptySubsequences: false)
        if texts.last?.isEmpty == true { texts.removeLast() }
        return texts.map { String($0) }
    }

    /// OpenSIPS answers errors with 200 too, and success without anything to show with an empty body. What has been
    /// asked for and is nothing, a list without entries, is `{}` here: nothing is no JSON.
    private static func write(
        _ reply: LineReply, of row: CommandRow, to response: inout HTTPResponse
    ) {
        response.contentType = "application/json"
        if reply.code < 300, reply.nodes.isEmpty, row.isOnlyLooking(withArguments: false) {
            response.append("{}")
        } else {
            response.body.append(miJSON: reply)
        }
    }
}

extension CommandRow {
    /// Whether it changes nothing. A level is all that `log_level` takes, and sets it.
    fileprivate func isOnlyLooking(withArguments: Bool) -> Bool {
        switch role {
        case nil: true
        case .read: name != "core:log_level" || !withArguments
        case .subscribe, .raise, .admin: false
        }
    }
}
