/// What was found wrong so far. Loading goes on after an error, to find all of them.
struct Problems {
    private let limit: Int
    private(set) var errors: [(message: String, place: Place)] = []
    private(set) var warnings: [(message: String, place: Place)] = []

    init(limit: Int) { self.limit = limit }

    /// Whether looking for more is worth it.
    var isFull: Bool { errors.count >= limit }

    mutating func error(_ message: String, _ place: Place) {
        guard !isFull, errors.last?.place != place else { return }
        errors.append((message, place))
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
