/// How many deliveries have not ended, by the second in which they were raised: so the age of the oldest is known
/// without a look at any of them. Adding and removing are O(1).
struct PendingAges: Sendable {
    /// A ring: the count of the second `first + n` is at `start + n`. Its size is a power of two.
    private var ring: [UInt32] = []
    private var start = 0
    /// Seconds between the oldest and the newest, both included; 0 while nothing is pending.
    private var span = 0
    /// The second of the oldest, of the boot clock.
    private var first: Int64 = 0
    /// How many there are.
    private(set) var total = 0

    /// A day: whatever was raised later than that after the oldest counts as raised at its end.
    static let secondsMax = 86_400
    private static let sizeMin = 16
    private static let sizeKept = 1_024
    private static let nanosecondsPerSecond: Int64 = 1_000_000_000

    /// The second of the oldest; nil where nothing is pending.
    var oldestSecond: Int64? { total > 0 ? first : nil }

    /// `count` deliveries were raised at this moment, boot nanoseconds.
    mutating func add(_ count: Int, raisedAt raised: Int64) {
        guard count > 0 else { return }
        if total == 0 {
            first = raised / Self.nanosecondsPerSecond
            start = 0
            span = 1
            if ring.isEmpty { ring = [UInt32](repeating: 0, count: Self.sizeMin) }
        }
        let place = place(of: raised)
        if place >= span {
            if place >= ring.count { grow(beyond: place) }
            span = place + 1
        }
        ring[index(place)] += UInt32(count)
        total += count
    }

    /// `count` of them have ended. Where it is not known when they were raised, the oldest count as ended.
    mutating func remove(_ count: Int, raisedAt raised: Int64?) {
        var left = min(count, total)
        total -= left
        if let raised { take(&left, from: place(of: raised)) }
        // Raises of one moment may have been counted a second apart: what is missing there is beside it.
        var place = 0
        while left > 0, place < span {
            take(&left, from: place)
            place += 1
        }
        settle()
    }

    private mutating func take(_ left: inout Int, from place: Int) {
        guard place < span else { return }
        let taken = min(left, Int(ring[index(place)]))
        ring[index(place)] -= UInt32(taken)
        left -= taken
    }

    /// Forgets the seconds of which nothing is left.
    private mutating func settle() {
        while span > 0, ring[start] == 0 {
            start = (start + 1) & (ring.count - 1)
            first += 1
            span -= 1
        }
        if span == 0, ring.count > Self.sizeKept { ring = [] }
    }

    private func place(of raised: Int64) -> Int {
        min(max(0, Int(raised / Self.nanosecondsPerSecond - first)), Self.secondsMax - 1)
    }

    private func index(_ place: Int) -> Int { (start + place) & (ring.count - 1) }

    private mutating func grow(beyond place: Int) {
        var size = ring.count
        while size <= place { size *= 2 }
        var larger = [UInt32](repeating: 0, count: size)
        for place in 0..<span { larger[place] = ring[index(place)] }
        ring = larger
        start = 0
    }
}
