/// The deadlines of a worker's connections: one list for each kind. All deadlines of a kind last
/// equally long, so a list in order of beginning is in order of end; to begin, to move and to end
/// one is O(1), and no list is searched.
struct HTTPDeadlines: ~Copyable {
    private struct List {
        var first = HTTPConnectionTable.nobody
        var last = HTTPConnectionTable.nobody
    }

    private var lists = InlineArray<7, List>(repeating: List())
    private let nanoseconds: InlineArray<7, Int64>

    init(_ configuration: HTTPConfiguration) {
        var nanoseconds = InlineArray<7, Int64>(repeating: 0)
        func set(_ deadline: HTTPDeadline, _ milliseconds: Int) {
            nanoseconds[Int(deadline.rawValue)] = Int64(max(1, milliseconds)) * 1_000_000
        }
        set(.idle, configuration.idleMilliseconds)
        set(.header, configuration.headerMilliseconds)
        set(.body, configuration.bodyMilliseconds)
        set(.answer, configuration.answerMilliseconds)
        set(.send, configuration.sendMilliseconds)
        set(.linger, configuration.lingerMilliseconds)
        set(.beat, configuration.beatMilliseconds)
        self.nanoseconds = nanoseconds
    }

    /// Begins a deadline now, in place of the one that runs.
    mutating func begin(
        _ deadline: HTTPDeadline, _ slot: UInt32, _ table: borrowing HTTPConnectionTable, now: Int64
    ) {
        let connection = table[slot]
        connection.pointee.expires = now &+ nanoseconds[Int(deadline.rawValue)]
        // The busiest connection of all is last in its list already.
        if connection.pointee.deadline == deadline, lists[Int(deadline.rawValue)].last == slot {
            return
        }
        end(slot, table)
        let last = lists[Int(deadline.rawValue)].last
        connection.pointee.deadline = deadline
        connection.pointee.previous = last
        connection.pointee.next = HTTPConnectionTable.nobody
        if last == HTTPConnectionTable.nobody {
            lists[Int(deadline.rawValue)].first = slot
        } else {
            table[last].pointee.next = slot
        }
        lists[Int(deadline.rawValue)].last = slot
    }

    /// Ends the deadline that runs, if one does.
    mutating func end(_ slot: UInt32, _ table: borrowing HTTPConnectionTable) {
        let connection = table[slot]
        guard connection.pointee.deadline != .none else { return }
        let list = Int(connection.pointee.deadline.rawValue)
        let previous = connection.pointee.previous
        let next = connection.pointee.next
        if previous == HTTPConnectionTable.nobody {
            lists[list].first = next
        } else {
            table[previous].pointee.next = next
        }
        if next == HTTPConnectionTable.nobody {
            lists[list].last = previous
        } else {
            table[next].pointee.previous = previous
        }
        connection.pointee.deadline = .none
    }

    /// A connection whose deadline is over; nil when there is none.
    func expired(_ table: borrowing HTTPConnectionTable, now: Int64) -> UInt32? {
        for list in 0..<HTTPDeadline.count {
            let first = lists[list].first
            if first != HTTPConnectionTable.nobody, table[first].pointee.expires <= now {
                return first
            }
        }
        return nil
    }

    /// When the earliest deadline is over; `Int64.max` without any.
    func earliest(_ table: borrowing HTTPConnectionTable) -> Int64 {
        var earliest = Int64.max
        for list in 0..<HTTPDeadline.count {
            let first = lists[list].first
            if first != HTTPConnectionTable.nobody {
                earliest = min(earliest, table[first].pointee.expires)
            }
        }
        return earliest
    }
}
