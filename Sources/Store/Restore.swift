internal import EventCore

/// Reads everything back at start: one scan of each table, in order.
///
/// SQLite finds damage to its own structures. A row whose columns cannot be ours is damage too, so that
/// bytes overwritten inside a text never become a subscriber.
struct Restore {
    private let connection: Connection
    private let path: String

    init(_ connection: Connection, path: String) {
        self.connection = connection
        self.path = path
    }

    /// Hands over every dynamic event's name, in order; returns how many.
    func events(_ body: (String) -> Void) throws(StoreError) -> Int {
        try scan("SELECT name FROM events ORDER BY name") { row throws(StoreError) in
            guard let name = row.text(0), !name.isEmpty else {
                throw .corrupt(path, "the name of an event is not text")
            }
            body(name)
        }
    }

    /// Hands over every subscription that is live at `now`, by id; returns how many, and how many were not.
    func subscriptions(
        now: Int64, _ body: (StoredSubscription) -> Void
    ) throws(StoreError) -> (live: Int, expired: Int) {
        var last: Int64 = 0
        var expired = 0
        let all = try scan(
            """
            SELECT id, event, socket, deadline, expire, created, created_by
            FROM subscriptions ORDER BY id
            """
        ) { row throws(StoreError) in
            let id = row.integer(0)
            guard id > last, let event = row.text(1), !event.isEmpty, let socket = row.text(2),
                !socket.isEmpty, let deadline = row.nullableInteger(3),
                let expire = row.nullableInteger(4), let created = row.nullableInteger(5) ?? nil,
                let createdBy = row.nullableText(6)
            else { throw .corrupt(path, "the row of subscription \(id) makes no sense") }
            last = id
            if let deadline, deadline <= now {
                expired += 1
                return
            }
            body(
                StoredSubscription(
                    id: UInt64(id), event: event, socket: socket, deadline: deadline,
                    expire: expire, created: created, createdBy: createdBy))
        }
        return (all - expired, expired)
    }

    /// Hands over every idempotency key, the oldest first; returns how many.
    func keys(_ body: (StoredKey) -> Void) throws(StoreError) -> Int {
        try scan(
            """
            SELECT caller, key, fingerprint, created, epoch, sequence, event, time, matched
            FROM keys ORDER BY created
            """
        ) { row throws(StoreError) in
            guard let caller = row.text(0), let key = row.text(1), !key.isEmpty,
                let fingerprint = row.nullableInteger(2) ?? nil,
                let created = row.nullableInteger(3) ?? nil, let receipt = receipt(row)
            else { throw .corrupt(path, "the row of an idempotency key makes no sense") }
            body(
                StoredKey(
                    caller: caller.isEmpty ? nil : caller, key: key,
                    fingerprint: UInt64(bitPattern: fingerprint), created: created,
                    receipt: receipt))
        }
    }

    /// The receipt in a key's row, `.some(nil)` where there is none, nil where it is damaged.
    private func receipt(_ row: Statement) -> RaiseReceipt?? {
        guard let epoch = row.nullableInteger(4), let sequence = row.nullableInteger(5),
            let event = row.nullableText(6), let time = row.nullableInteger(7),
            let matched = row.nullableInteger(8)
        else { return nil }
        guard let epoch, let sequence, let event, let time, let matched else {
            let isNone = epoch == nil && sequence == nil && event == nil && time == nil
            return isNone && matched == nil ? .some(nil) : nil
        }
        return .some(
            RaiseReceipt(
                id: OccurrenceID(epoch: epoch, sequence: UInt64(bitPattern: sequence)),
                event: event, time: time, matched: Int(matched)))
    }

    /// Runs `body` for every row; returns how many.
    private func scan(
        _ sql: String, _ body: (Statement) throws(StoreError) -> Void
    ) throws(StoreError) -> Int {
        let rows: Statement
        do { rows = try connection.prepare(sql, persistent: false) } catch {
            throw error.storeError(path)
        }
        defer { rows.finalize() }
        var count = 0
        while true {
            do { guard try rows.step() else { return count } } catch {
                throw error.storeError(path)
            }
            try body(rows)
            count += 1
        }
    }
}
