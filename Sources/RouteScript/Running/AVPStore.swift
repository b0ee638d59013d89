/// The AVPs of one run: for each name a stack of values, of which the newest is the first.
struct AVPStore: Sendable {
    /// By number of the name; in each the newest value is the last.
    private var stacks: [[ScriptValue]]
    /// How many values there are, over all names.
    private(set) var count = 0
    /// Bytes of all their texts.
    private(set) var bytes = 0

    init(names: Int) { stacks = Array(repeating: [], count: names) }

    /// How many values an AVP has.
    func count(_ avp: Int) -> Int { stacks[avp].count }

    /// The newest value; NULL if there is none.
    func newest(_ avp: Int) -> ScriptValue { stacks[avp].last ?? .null }

    /// The value at an index: from 0 the newest on, from -1 the oldest back; NULL if it is not
    /// there.
    func value(_ avp: Int, at index: Int) -> ScriptValue {
        place(avp, index).map { stacks[avp][$0] } ?? .null
    }

    /// All values, the newest first.
    func all(_ avp: Int) -> [ScriptValue] { stacks[avp].reversed() }

    mutating func push(_ avp: Int, _ value: ScriptValue) {
        stacks[avp].append(value)
        count += 1
        bytes += value.byteCount
    }

    /// Removes the newest value; false if there is none.
    @discardableResult
    mutating func removeNewest(_ avp: Int) -> Bool {
        guard let value = stacks[avp].popLast() else { return false }
        count -= 1
        bytes -= value.byteCount
        return true
    }

    /// Removes all values; false if there are none.
    @discardableResult
    mutating func removeAll(_ avp: Int) -> Bool {
        guard !stacks[avp].isEmpty else { return false }
        count -= stacks[avp].count
        for value in stacks[avp] { bytes -= value.byteCount }
        stacks[avp].removeAll()
        return true
    }

    /// Replaces the value at an index, or removes it (NULL); false if it is not there.
    mutating func replace(_ avp: Int, at index: Int, with value: ScriptValue) -> Bool {
        guard let place = place(avp, index) else { return false }
        bytes += value.byteCount - stacks[avp][place].byteCount
        if case .null = value {
            stacks[avp].remove(at: place)
            count -= 1
        } else {
            stacks[avp][place] = value
        }
        return true
    }

    private func place(_ avp: Int, _ index: Int) -> Int? {
        let count = stacks[avp].count
        guard index >= -count, index < count else { return nil }
        return index >= 0 ? count - 1 - index : -1 - index
    }
}
