internal import EventCore
internal import Net
internal import Synchronization
internal import WireFormats

/// The management interface over JSON-RPC 2.0: the same commands under their OpenSIPS names, with OpenSIPS's reply
/// shapes and error codes. A text in, a text out; `POST /mi` is its first door.
struct MI: Sendable {
    let interface: EventInterface

    /// Most entries of one listing. Larger ones are an error that points to the paged listing of REST.
    static let listingMax = 100_000

    /// Answers the body of `POST /mi`: 200 with the response or responses, 204 where there was nothing to answer.
    ///
    /// OpenSIPS answers everything with 200. What is no JSON at all is 400 here, by the one rule for 400.
    /// An answer that comes later says itself who may read it.
    func answer(
        _ request: borrowing HTTPRequest, by caller: Caller, _ response: inout HTTPResponse,
        _ grant: CrossOriginGrant
    ) -> HTTPAnswer {
        let ticket = request.ticket
        let waits = MIAnswer { text in
            ticket.complete { response in
                grant.add(to: &response)
                Self.write(text, to: &response)
            }
        }
        let message = JSONRPCMessage(parsing: request.body.span)
        if case .single(.refused(.unparsable, _)) = message { response.status = 400 }
        run(message, by: caller, at: request.received, waits)
        guard let text = waits.leave() else { return .parked }
        Self.write(text, to: &response)
        return .ready
    }

    /// Runs what a body holds; `answer` gathers the responses.
    private func run(
        _ message: JSONRPCMessage, by caller: Caller, at now: Moment, _ answer: MIAnswer
    ) {
        switch message {
        case .single(let call):
            answer.expect(1, isBatch: false)
            run(call, by: caller, at: now) { answer.set(0, $0) }
        case .batch(let calls):
            answer.expect(calls.count, isBatch: true)
            for (index, call) in calls.enumerated() {
                run(call, by: caller, at: now) { answer.set(index, $0) }
            }
        }
    }

    private static func write(_ text: [UInt8], to response: inout HTTPResponse) {
        if text.isEmpty {
            response.status = 204
        } else {
            response.contentType = "application/json"
            response.body.append(contentsOf: text)
        }
    }

    /// Runs one call and hands its response's text to `done`, at once or later; an empty one for a notification.
    private func run(
        _ call: JSONRPCCall, by caller: Caller, at now: Moment,
        done: @escaping @Sendable ([UInt8]) -> Void
    ) {
        let request: JSONRPCRequest
        switch call {
        case .request(let valid): request = valid
        case .refused(let error, let id):
            var text: [UInt8] = []
            if let id { text.appendResponse(to: id, error: error) }
            return done(text)
        }
        let id = request.id
        let respond: @Sendable (Result<JSON, JSONRPCError>) -> Void = { result in
            guard let id else { return done([]) }
            var text: [UInt8] = []
            switch result {
            case .success(let value): text.appendResponse(to: id, result: value)
            case .failure(let error): text.appendResponse(to: id, error: error)
            }
            done(text)
        }
        guard let row = Commands.row(named: request.method) else {
            return respond(.failure(.methodNotFound))
        }
        do throws(JSONRPCError) {
            let arguments = try MIArguments.read(request.params, for: row)
            if let value = try run(row, arguments, by: caller, at: now, later: respond) {
                respond(.success(value))
            }
        } catch {
            respond(.failure(error))
        }
    }

    /// Runs one command; its result, or nil when `later` will get it.
    private func run(
        _ row: CommandRow, _ arguments: [Argument?], by caller: Caller, at now: Moment,
        later: @escaping @Sendable (Result<JSON, JSONRPCError>) -> Void
    ) throws(JSONRPCError) -> JSON? {
        let outcome: CommandOutcome
        do throws(CommandError) {
            let command = try row.command(arguments)
            if case .listSubscribers(let listing) = command {
                return try MIListing(interface: interface, caller: caller, now: now).subscribers(
                    listing)
            }
            outcome = try Commands.run(command, by: caller, on: interface, at: now) {
                { result in
                    switch result {
                    case .success(let reply): later(MIResult.json(reply))
                    case .failure(let error): later(.failure(MIResult.error(error, of: row)))
                    }
                }
            }
        } catch {
            throw MIResult.error(error, of: row)
        }
        guard case .done(let reply) = outcome else { return nil }
        return try MIResult.json(reply).get()
    }
}
