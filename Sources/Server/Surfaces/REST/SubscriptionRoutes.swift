internal import EventCore
internal import Net
internal import WireFormats

/// `/subscriptions` and `/subscribers`.
extension REST {
    /// The longest lifetime a request can name, whatever the setting allows: the core says more precisely.
    private static let expireRange: ClosedRange<Int64> = 0...Int64(UInt32.max)

    @Sendable static func subscribe(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        var members = MemberReader(try request.json())
        let event = members.text("event")
        let socket = members.text("socket")
        let expire = members.wholeNumber("expire", in: 0...rest.interface.expireMaxSeconds)
        let permanent = members.flag("permanent") ?? false
        let format = members.choice("format", of: ["json", "lines"])
        if permanent && expire != nil {
            members.note("expire", .conflict, "It must be left out where permanent is true.")
        }
        try members.finish()
        let command = SubscribeCommand(
            event: event, socket: socket, format: format,
            expire: permanent ? .never : expire.map { .seconds($0) } ?? .default,
            createsEvent: rest.rules.dynamicEvents)
        return try rest.run(
            .subscribe(command), by: caller, for: request, &response, position: inBody,
            render: renderSubscribed
        )
    }

    @Sendable static func getSubscription(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        let command = ShowSubscriptionCommand(id: try subscriptionID(argument))
        return try rest.run(
            .showSubscription(command), by: caller, for: request, &response, position: inPath,
            render: renderSubscription)
    }

    @Sendable static func renewSubscription(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        let id = try subscriptionID(argument)
        var members = MemberReader(try request.json())
        let expire = members.wholeNumber("expire", in: 1...rest.interface.expireMaxSeconds)
        let permanent = members.flag("permanent")
        if permanent == false {
            members.note("permanent", .badFormat, "Only true means something; else give expire.")
        }
        try members.finish()
        guard (expire == nil) != (permanent == nil) else {
            members.note("", .conflict, "Give one of expire and permanent.")
            try members.finish()
            return .ready
        }
        let command = RenewCommand(id: id, expire: expire.map { .seconds($0) } ?? .never)
        return try rest.run(
            .renew(command), by: caller, for: request, &response, position: inBody,
            render: renderSubscription)
    }

    @Sendable static func unsubscribe(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        try request.strictQuery().finish()
        let command = UnsubscribeCommand(id: try subscriptionID(argument))
        return try rest.run(
            .unsubscribe(command), by: caller, for: request, &response, position: inPath,
            render: renderSubscribed)
    }

    @Sendable static func listSubscribers(
        _ rest: REST, _ caller: Caller, _ request: borrowing HTTPRequest,
        _ argument: PathArgument, _ response: inout HTTPResponse
    ) throws(Problem) -> HTTPAnswer {
        var query = try request.strictQuery(["event", "socket", "transport", "limit", "cursor"])
        let event = query.eventName("event")
        let socket = query.text("socket")
        let transport = query.choice("transport", of: rest.interface.transportNames)
        let limit = query.number("limit", in: 1...rest.interface.pageMax, fallback: 100)
        let cursor = query.cursor("cursor")
        try query.finish()
        let known = EntityTag.version(in: request, epoch: rest.interface.epoch)
        let command = ListSubscribersCommand(
            event: event, socket: socket, transport: transport, limit: limit, cursor: cursor,
            knownVersion: known)
        let epoch = rest.interface.epoch
        let matchesAny = EntityTag.matchesAny(request)
        return try rest.run(
            .listSubscribers(command), by: caller, for: request, &response,
            position: { .parameter($0) }
        ) { reply, response in
            switch reply {
            case .unchanged(let version):
                EntityTag.writeNotModified(version: version, epoch: epoch, to: &response)
            case .subscriptions(let page) where matchesAny:
                EntityTag.writeNotModified(version: page.version, epoch: epoch, to: &response)
            case .subscriptions(let page):
                EntityTag.add(version: page.version, epoch: epoch, to: &response)
                response.contentType = "application/json"
                Representation.write(page, to: &response.body)
            default: preconditionFailure("a listing answers with a listing")
            }
        }
    }

    @Sendable private static func renderSubscribed(
        _ reply: CommandReply, _ response: inout HTTPResponse
    ) {
        switch reply {
        case .subscribed(let view, let created):
            response.status = created ? 201 : 200
            if created { response.addField("Location", "/subscriptions/\(view.id)") }
            response.contentType = "application/json"
            Representation.write(view, to: &response.body)
        case .unsubscribed:
            response.status = 204
        default: preconditionFailure("subscribing answers with a subscription or its end")
        }
    }

    @Sendable private static func renderSubscription(
        _ reply: CommandReply, _ response: inout HTTPResponse
    ) {
        guard case .subscription(let view) = reply else {
            preconditionFailure("showing a subscription answers with it")
        }
        response.contentType = "application/json"
        Representation.write(view, to: &response.body)
    }

    @Sendable private static func inPath(_ parameter: String) -> Problem.Place.Where {
        .parameter(parameter)
    }

    /// The id in the path. What is no id names nothing: 404.
    static func subscriptionID(_ argument: PathArgument) throws(Problem) -> UInt64 {
        let text = try argument.text()
        guard let first = text.utf8.first, first != UInt8(ascii: "0"), text.utf8.count <= 19,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let id = UInt64(text)
        else {
            throw Problem(
                404, "subscription_not_found",
                "There is no such subscription; ids are decimal numbers.")
        }
        return id
    }
}
