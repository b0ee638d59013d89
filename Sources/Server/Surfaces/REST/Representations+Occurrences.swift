internal import EventCore
internal import WireFormats

/// Occurrences as JSON. Members in the order of openapi.yaml.
extension Representation {
    /// A page of occurrences.
    static func write(_ page: OccurrencePage, to body: inout [UInt8]) {
        body.append(ascii: #"{"occurrences":["#)
        writeList(page.occurrences, to: &body) { view, body in
            body.append(ascii: "{")
            writeMembers(of: view, to: &body)
            body.append(ascii: "}")
        }
        finishList(cursor: page.nextCursor, to: &body)
    }

    /// An occurrence with its deliveries.
    static func write(whole view: OccurrenceView, to body: inout [UInt8]) {
        body.append(ascii: "{")
        writeMembers(of: view, to: &body)
        body.append(ascii: #","deliveries":["#)
        writeList(view.deliveries, to: &body, write)
        body.append(ascii: #"],"complete":"#)
        body.append(json: view.isWhole)
        body.append(ascii: "}")
    }

    /// The members that say what was raised, without braces.
    static func writeHead(of occurrence: Occurrence, to body: inout [UInt8]) {
        body.append(ascii: #""id":""#)
        body.append(occurrence.id)
        body.append(ascii: #"","event":"#)
        body.append(jsonString: occurrence.event)
        body.append(ascii: #","time":""#)
        body.append(rfc3339: occurrence.time)
        body.append(ascii: "\"")
        if !occurrence.params.isEmpty {
            body.append(ascii: #","params":"#)
            body += NotificationFormat.jsonParams(occurrence)
        }
    }

    private static func writeMembers(of view: OccurrenceView, to body: inout [UInt8]) {
        writeHead(of: view.occurrence, to: &body)
        if let raisedBy = view.raisedBy {
            body.append(ascii: #","raised_by":"#)
            body.append(jsonString: raisedBy)
        }
        if let requestID = view.occurrence.trace?.requestID {
            body.append(ascii: #","request_id":"#)
            body.append(jsonString: requestID)
        }
        if let parent = view.occurrence.trace?.parent {
            body.append(ascii: #","traceparent":"#)
            body.append(jsonString: parent)
        }
        body.append(ascii: #","state":"#)
        body.append(jsonString: view.state.rawValue)
        for (name, count) in [
            ("matched", view.matched), ("delivered", view.delivered), ("failed", view.failed),
            ("dropped", view.dropped), ("pending", view.pending),
        ] {
            body.append(ascii: ",")
            body.append(jsonString: name)
            body.append(ascii: ":")
            body.append(decimal: count)
        }
    }

    private static func write(_ view: DeliveryView, to body: inout [UInt8]) {
        body.append(ascii: "{")
        if let subscription = view.subscription {
            body.append(ascii: #""subscription":""#)
            body.append(decimal: subscription)
            body.append(ascii: #"","#)
        }
        if let socket = view.socket, let transport = view.transport {
            body.append(ascii: #""socket":"#)
            body.append(jsonString: socket)
            body.append(ascii: #","transport":"#)
            body.append(jsonString: transport)
            body.append(ascii: ",")
        }
        body.append(ascii: #""state":"#)
        write(view.outcome, to: &body)
        if let words = view.words {
            body.append(ascii: #","message":"#)
            body.append(jsonString: words)
        }
        body.append(ascii: #","attempts":["#)
        writeList(view.attempts, to: &body, write)
        body.append(ascii: "]}")
    }

    private static func write(_ outcome: Outcome, to body: inout [UInt8]) {
        switch outcome {
        case .pending: body.append(ascii: #""pending""#)
        case .delivered: body.append(ascii: #""delivered""#)
        case .failed(let reason):
            body.append(ascii: #""failed","reason":"#)
            body.append(jsonString: reason.rawValue)
        case .dropped(let reason):
            body.append(ascii: #""dropped","reason":"#)
            body.append(jsonString: reason.rawValue)
        }
    }

    /// An attempt.
    static func write(_ attempt: AttemptView, to body: inout [UInt8]) {
        body.append(ascii: #"{"number":"#)
        body.append(decimal: attempt.number)
        body.append(ascii: #","time":""#)
        body.append(rfc3339: attempt.facts.time)
        body.append(ascii: #"","microseconds":"#)
        body.append(decimal: attempt.facts.microseconds)
        body.append(ascii: #","bytes":"#)
        body.append(decimal: attempt.facts.bytes)
        if let member = attempt.member {
            body.append(ascii: #","socket":"#)
            body.append(jsonString: member)
        }
        switch attempt.facts.answer {
        case .none: break
        case .system(let errno): write("errno", Int64(errno), to: &body)
        case .http(let status): write("status", Int64(status), to: &body)
        case .route(let code): write("return_code", code, to: &body)
        case .amqp(let word):
            body.append(ascii: #","broker":"#)
            body.append(jsonString: word)
        }
        if let timings = attempt.timings { write(timings, to: &body) }
        body.append(ascii: "}")
    }

    private static func write(_ timings: AttemptTimings, to body: inout [UInt8]) {
        body.append(ascii: #","timings":{"name_lookup":"#)
        body.append(decimal: timings.nameLookup)
        write("connect", timings.connect, to: &body)
        write("tls", timings.tls, to: &body)
        write("first_byte", timings.firstByte, to: &body)
        write("total", timings.total, to: &body)
        body.append(ascii: "}")
    }

    private static func write(_ name: String, _ number: Int64, to body: inout [UInt8]) {
        body.append(ascii: ",")
        body.append(jsonString: name)
        body.append(ascii: ":")
        body.append(decimal: number)
    }
}
