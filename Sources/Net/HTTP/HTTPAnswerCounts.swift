internal import Synchronization

/// How often one worker has given each status for each label: a plain table, for there is one for every request. Only the
/// worker writes; any thread reads.
final class HTTPAnswerCounts: @unchecked Sendable {
    // @unchecked because the memory behind the pointer is never moved, and holds atomics alone.
    private let counts: UnsafeMutablePointer<Atomic<Int>>

    /// Labels there may be; a larger one counts as 0.
    static let labelsMax = 64
    /// The statuses that are told apart; all others are together in one place behind them.
    private static let statuses = [
        200, 201, 202, 204, 304, 400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 414, 415,
        417,
        421, 422, 426, 429, 431, 500, 501, 503, 505, 507,
    ]
    private static let placeOfStatus: [UInt8] = {
        var places = [UInt8](repeating: UInt8(statuses.count), count: 600)
        for (place, status) in statuses.enumerated() { places[status] = UInt8(place) }
        return places
    }()
    private static let placeCount = statuses.count + 1
    private let places: [UInt8]

    init() {
        let size = Self.labelsMax * Self.placeCount
        counts = .allocate(capacity: size)
        for index in 0..<size { (counts + index).initialize(to: Atomic(0)) }
        places = Self.placeOfStatus
    }

    deinit {
        counts.deinitialize(count: Self.labelsMax * Self.placeCount)
        counts.deallocate()
    }

    /// Where the statuses lie.
    static var places: Range<Int> { 0..<placeCount }

    /// The status of a place; nil where it is that of all others.
    static func status(_ place: Int) -> Int? { place < statuses.count ? statuses[place] : nil }

    /// Counts one answer; the worker alone.
    func add(_ label: UInt8, _ status: Int) {
        let row = Int(label) < Self.labelsMax ? Int(label) : 0
        let place = 0..<600 ~= status ? Int(places[status]) : Self.placeCount - 1
        let count = counts + (row * Self.placeCount + place)
        count.pointee.store(count.pointee.load(ordering: .relaxed) + 1, ordering: .relaxed)
    }

    /// How often; any thread.
    func count(_ label: UInt8, _ place: Int) -> Int {
        counts[Int(label) * Self.placeCount + place].load(ordering: .relaxed)
    }
}

/// How often a status was answered for a label.
public struct HTTPAnswers: Sendable, Equatable {
    /// As the handler set it in `HTTPResponse.label`; 0 for what the server itself refused.
    public let label: UInt8
    /// The status; nil for one that is not told apart.
    public let status: Int?
    /// How often.
    public let count: Int
}
