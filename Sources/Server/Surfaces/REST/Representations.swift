internal import EventCore
internal import WireFormats

/// What REST shows, as JSON. Members in the order of openapi.yaml.
enum Representation {
    /// A subscription.
    static func write(_ view: SubscriptionView, to body: inout [UInt8]) {
        body.append(ascii: #"{"id":""#)
        body.append(decimal: view.id)
        body.append(ascii: #"","event":"#)
        body.append(jsonString: view.event)
        body.append(ascii: #","socket":"#)
        body.append(jsonString: view.socket)
        body.append(ascii: #","transport":"#)
        body.append(jsonString: view.transport)
        if let expire = view.expire {
            body.append(ascii: #","expire":"#)
            body.append(decimal: expire)
        }
        body.append(ascii: #","permanent":"#)
        body.append(json: view.expire == nil)
        if let expiresAt = view.expiresAt, let ttlSeconds = view.ttlSeconds {
            body.append(ascii: #","expires_at":""#)
            body.append(rfc3339: expiresAt)
            body.append(ascii: #"","ttl_seconds":"#)
            body.append(decimal: ttlSeconds)
        }
        body.append(ascii: #","created_at":""#)
        body.append(rfc3339: view.createdAt)
        body.append(ascii: "\"")
        if let createdBy = view.createdBy {
            body.append(ascii: #","created_by":"#)
            body.append(jsonString: createdBy)
        }
        body.append(ascii: #","deliveries":"#)
        write(view.deliveries, to: &body)
        if let destination = view.destination {
            body.append(ascii: #","destination":"#)
            write(destination, to: &body)
        }
        body.append(ascii: "}")
    }

    /// How it goes at a destination.
    static func write(_ health: DestinationHealth, to body: inout [UInt8]) {
        body.append(ascii: #"{"state":"#)
        body.append(jsonString: health.breaker.rawValue)
        body.append(ascii: #","consecutive_failures":"#)
        body.append(decimal: UInt64(health.consecutiveFailures))
        if let lastError = health.lastError, let time = health.lastErrorTime {
            body.append(ascii: #","last_error":"#)
            body.append(jsonString: lastError)
            body.append(ascii: #","last_error_at":""#)
            body.append(rfc3339: time)
            body.append(ascii: "\"")
        }
        if let time = health.nextAttemptTime {
            body.append(ascii: #","next_attempt_at":""#)
            body.append(rfc3339: time)
            body.append(ascii: "\"")
        }
        if !health.members.isEmpty {
            body.append(ascii: #","members":["#)
            writeList(health.members, to: &body, write)
            body.append(ascii: "]")
        }
        body.append(ascii: "}")
    }

    private static func write(_ member: DestinationHealth.Member, to body: inout [UInt8]) {
        body.append(ascii: #"{"socket":"#)
        body.append(jsonString: member.socket)
        if let health = member.health {
            body.append(ascii: #","destination":"#)
            write(health, to: &body)
        }
        body.append(ascii: "}")
    }

    /// Delivery counts.
    static func write(_ counts: DeliveryCounts, to body: inout [UInt8]) {
        body.append(ascii: #"{"matched":"#)
        body.append(decimal: counts.matched)
        body.append(ascii: #","delivered":"#)
        body.append(decimal: counts.delivered)
        body.append(ascii: #","failed":"#)
        body.append(decimal: counts.failed)
        body.append(ascii: #","dropped":"#)
        body.append(decimal: counts.dropped)
        body.append(ascii: #","pending":"#)
        body.append(decimal: counts.pending)
        body.append(ascii: #","failed_by":"#)
        write(counts.failedBy.lazy.map { ($0.reason.rawValue, $0.count) }, to: &body)
        body.append(ascii: #","dropped_by":"#)
        write(counts.droppedBy.lazy.map { ($0.reason.rawValue, $0.count) }, to: &body)
        body.append(ascii: "}")
    }

    /// A page of subscriptions.
    static func write(_ page: SubscriptionPage, to body: inout [UInt8]) {
        body.append(ascii: #"{"subscribers":["#)
        writeList(page.subscriptions, to: &body, write)
        finishList(cursor: page.nextCursor, to: &body)
    }

    /// An event.
    static func write(_ view: EventView, to body: inout [UInt8]) {
        body.append(ascii: #"{"name":"#)
        body.append(jsonString: view.description.name)
        body.append(ascii: #","id":"#)
        body.append(decimal: view.number)
        body.append(ascii: #","kind":"#)
        body.append(jsonString: view.kind.rawValue)
        if view.kind == .static {
            body.append(ascii: #","module":"#)
            body.append(jsonString: view.description.module)
            body.append(ascii: #","description":"#)
            body.append(jsonString: view.description.summary)
        }
        body.append(ascii: #","params":["#)
        writeList(view.description.params, to: &body) { $1.append(jsonString: $0) }
        body.append(ascii: #"],"subscribers":"#)
        body.append(decimal: view.subscribers)
        body.append(ascii: #","occurrences":"#)
        body.append(decimal: view.occurrences)
        body.append(ascii: "}")
    }

    /// A page of events.
    static func write(_ page: EventPage, to body: inout [UInt8]) {
        body.append(ascii: #"{"events":["#)
        writeList(page.events, to: &body, write)
        finishList(cursor: page.nextCursor.map(UInt64.init), to: &body)
    }

    /// An occurrence, as a raise answers it.
    static func write(_ receipt: RaiseReceipt, to body: inout [UInt8]) {
        body.append(ascii: #"{"id":""#)
        body.append(receipt.id)
        body.append(ascii: #"","event":"#)
        body.append(jsonString: receipt.event)
        body.append(ascii: #","time":""#)
        body.append(rfc3339: receipt.time)
        body.append(ascii: #"","matched":"#)
        body.append(decimal: receipt.matched)
        body.append(ascii: "}")
    }

    private static func write(
        _ counts: some Collection<(String, UInt64)>, to body: inout [UInt8]
    ) {
        body.append(ascii: "{")
        writeList(counts, to: &body) { entry, body in
            body.append(jsonString: entry.0)
            body.append(ascii: ":")
            body.append(decimal: entry.1)
        }
        body.append(ascii: "}")
    }

    static func writeList<Items: Collection>(
        _ items: Items, to body: inout [UInt8], _ write: (Items.Element, inout [UInt8]) -> Void
    ) {
        var isFirst = true
        for item in items {
            if !isFirst { body.append(ascii: ",") }
            isFirst = false
            write(item, &body)
        }
    }

    static func finishList(cursor: UInt64?, to body: inout [UInt8]) {
        body.append(ascii: "]")
        if let cursor {
            body.append(ascii: #","next_cursor":""#)
            body.append(decimal: cursor)
            body.append(ascii: "\"")
        }
        body.append(ascii: "}")
    }
}
