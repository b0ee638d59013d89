internal import EventCore
internal import Logging
internal import Net
internal import WireFormats

/// The door for everything over HTTP: refuses what is not meant for us, then goes by the route table.
struct HTTPSurface: HTTPHandler {
    let rest: REST
    let authenticator: Authenticator
    /// nil where nothing limits how fast clients may ask.
    let requestGuard: RequestGuard?
    let log: Logger
    private let budget = LineBudget()

    init(
        rest: REST, authenticator: Authenticator, requestGuard: RequestGuard?, log: Logger
    ) {
        self.rest = rest
        self.authenticator = authenticator
        self.requestGuard = requestGuard
        self.log = log
    }

    func respond(to request: borrowing HTTPRequest, _ response: inout HTTPResponse) -> HTTPAnswer {
        let sent = RequestID.sent(in: request)
        if let sent { response.addField("X-Request-Id", sent) }
        do throws(Problem) {
            return try answer(request, sentID: sent, &response)
        } catch {
            error.write(to: &response)
            return .ready
        }
    }

    private func answer(
        _ request: borrowing HTTPRequest, sentID: UnsafeBufferPointer<UInt8>?,
        _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try requestGuard?.checkFlood(request)
        let browsers = rest.rules.current.browsers
        // No page can rebind its name to a UNIX socket, and clients of one say any name.
        guard request.peer.family == .unix || browsers.isOurs(request.host) else {
            throw Problem(
                421, "misdirected_request",
                "This service does not answer for the host named; the setting is allowed-host.")
        }
        let grant = browsers.grant(for: request)
        grant.add(to: &response)
        switch RouteTable.match(request.method, request.path) {
        case .route(let index, let argument):
            response.label = UInt8(index + 1)
            var caller = try caller(of: request, isOpen: RouteTable.routes[index].isOpen)
            caller.trace = RequestID.trace(
                of: request, sent: sentID, makesID: RouteTable.routes[index].makesRequestID)
            if sentID == nil, let made = caller.trace?.requestID {
                response.addField("X-Request-Id", made)
            }
            if RouteTable.routes[index].method != .get,
                !browsers.mayWrite(origin: request.field("Origin"), host: request.host)
            {
                throw Problem(
                    403, "origin_forbidden",
                    "Pages of this origin may not write here; the setting is allowed-origin.")
            }
            return try RouteTable.routes[index].action(
                rest, caller, request, PathArgument(bytes: argument), &response)
        case .options(let allow):
            answerOptions(request, allow: allow, grant, &response)
            return .ready
        case .otherMethods(let allow):
            var problem = Problem(
                405, "method_not_allowed", "This path has \(allow).")
            problem.allow = allow
            throw problem
        case .unknownPath:
            if request.method == .options, request.path.elementsEqual("*".utf8) {
                // RFC 9110 §9.3.7: the server as a whole.
                response.status = 204
                response.addField("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
                return .ready
            }
            throw Problem.notFound
        }
    }

    /// Who calls, as long as it does not call too often; nobody where strangers may. Who fails to say who they are
    /// counts by address, so that nobody can try tokens faster than anything else.
    private func caller(
        of request: borrowing HTTPRequest, isOpen: Bool
    ) throws(Problem) -> Caller {
        if isOpen {
            try requestGuard?.checkRate(request, by: nil)
            return Caller(.nobody, from: request.peer)
        }
        let caller: Caller
        do throws(Problem) {
            caller = try authenticator.caller(of: request)
        } catch {
            try requestGuard?.checkRate(request, by: nil)
            tellOfWrongCredentials(request)
            throw error
        }
        try requestGuard?.checkRate(request, by: caller.identity)
        return caller
    }

    /// A line for those who watch who tries doors; none for whoever only forgot to say who they are.
    private func tellOfWrongCredentials(_ request: borrowing HTTPRequest) {
        guard request.field("Authorization") != nil else { return }
        let from = LogText.value(request.peer.description)
        budget.spend(at: request.received) { kept in
            log.notice(
                "AUTH: credentials that are nobody's from=\(from)\(kept > 0 ? " unlogged=\(kept)" : "")"
            )
        }
    }

    private func answerOptions(
        _ request: borrowing HTTPRequest, allow: String, _ grant: CrossOriginGrant,
        _ response: inout HTTPResponse
    ) {
        response.status = 204
        response.addField("Allow", allow)
        guard grant.isGiven, request.field("Access-Control-Request-Method") != nil else { return }
        response.addField("Access-Control-Allow-Methods", allow)
        response.addField(
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, Idempotency-Key, If-None-Match")
        response.addField("Access-Control-Max-Age", "600")
    }

    func refuse(_ refusal: HTTPRefusal, _ response: inout HTTPResponse) {
        // One word each for what the server tells apart: a client can do nothing else about it.
        let code =
            switch refusal.status {
            case 408: "request_timeout"
            case 503: "unavailable"
            default: String(describing: refusal.code)
            }
        var problem = Problem(refusal.status, code, String(describing: refusal.detail))
        if refusal.status == 503 { problem.retryAfterSeconds = 1 }
        problem.write(to: &response)
    }
}
