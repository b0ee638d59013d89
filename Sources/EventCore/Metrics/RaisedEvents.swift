/// Which events have a series of their own in the metrics: the first so many that were raised. A bound, for names come
/// from outside; and by their first raise, so that none ever loses its place to another.
struct RaisedEvents: Sendable {
    /// Their numbers, in the order of their first raise.
    private(set) var numbers: [UInt32] = []
    private let max: Int

    init(max: Int) { self.max = max }

    /// An event is raised for the first time.
    mutating func note(_ number: UInt32) {
        if numbers.count < max { numbers.append(number) }
    }

    /// An event's creation was taken back.
    mutating func forget(_ number: UInt32) {
        numbers.removeAll { $0 == number }
    }
}
