/// Deliveries that did not arrive, counted by reason.
struct Losses: Sendable, Equatable {
    private var counts = [UInt64](
        repeating: 0, count: FailureReason.allCases.count + DropReason.allCases.count)

    subscript(reason: FailureReason) -> UInt64 {
        get { counts[reason.place] }
        set { counts[reason.place] = newValue }
    }

    subscript(reason: DropReason) -> UInt64 {
        get { counts[DropReason.firstPlace + reason.place] }
        set { counts[DropReason.firstPlace + reason.place] = newValue }
    }

    /// All of them.
    var total: UInt64 { counts.reduce(0, +) }
}

extension Losses? {
    /// Counts where they lie, beginning with zeroes: no copy of the counters.
    mutating func count(_ body: (inout Losses) -> Void) {
        var losses = take() ?? Losses()
        body(&losses)
        self = losses
    }
}

extension FailureReason {
    /// Its place in `allCases`, without making that array: failures come in floods.
    var place: Int {
        switch self {
        case .refused: 0
        case .noSuchPath: 1
        case .full: 2
        case .tooLarge: 3
        case .unresolved: 4
        case .forbidden: 5
        case .timeout: 6
        case .connect: 7
        case .tls: 8
        case .status: 9
        case .reply: 10
        case .unroutable: 11
        case .rejected: 12
        case .unencodable: 13
        case .system: 14
        case .route: 15
        }
    }
}

extension DropReason {
    /// The counters of drops come after those of failures.
    fileprivate static let firstPlace = FailureReason.allCases.count

    /// Its place in `allCases`.
    var place: Int {
        switch self {
        case .queueFull: 0
        case .unsubscribed: 1
        case .expired: 2
        case .stopped: 3
        case .conflated: 4
        case .gone: 5
        }
    }
}
