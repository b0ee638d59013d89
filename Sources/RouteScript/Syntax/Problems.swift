/// What was found wrong so far. Loading goes on after an error, to find all of them.
struct Problems {
    private let limit: Int
    /// Nothing more is reported: the rest of the script is within a text that is never closed.
    private var isOver = false
    /// What is passed over after an error is not looked at.
    var isPassing = false
    private(set) var errors: [(message: String, place: Place)] = []
    private(set) var warnings: [(message: String, place: Place)] = []

    init(limit: Int) { self.limit = limit }

    /// Whether looking for more is worth it.
    var isFull: Bool { isOver || errors.count >= limit }

    /// An error, unless one was reported at this very place.
    mutating func error(_ message: String, _ place: Place) {
        guard !isFull, !isPassing, errors.last?.place != place else { return }
        errors.append((message, place))
    }

    /// An error that leaves nothing to be read.
    mutating func lastError(_ message: String, _ place: Place) {
        isPassing = false
        error(message, place)
        isOver = true
    }

    mutating func warning(_ message: String, _ place: Place) {
        guard warnings.count < limit else { return }
        warnings.append((message, place))
    }

    /// A list with positions, in the order of the source.
    static func located(
        _ list: [(message: String, place: Place)], in map: SourceMap
    ) -> [ScriptProblem] {
        list.sorted { $0.place < $1.place }.map { map.problem($0.message, $0.place) }
    }
}
