internal import Dispatch
internal import EventCore
internal import Synchronization

/// Who has something to say in `/metrics`, and the queue on which that is written: never a worker, for some of it is
/// read from files of the system.
final class MetricsBook: Sendable {
    /// Writes the families of one part of the service. On the book's queue; may take milliseconds.
    typealias Section = @Sendable (inout MetricsText) -> Void

    private struct State {
        var sections: [Section] = []
        var waiting = 0
    }

    private let state = Lock(State())
    private let queue = DispatchQueue(label: "carillon.metrics")

    /// Most requests that wait to be written; one more is refused.
    static let waitingMax = 16

    /// Adds a part; the sections are written in the order in which they came.
    func add(_ section: @escaping Section) {
        state.withLock { $0.sections.append(section) }
    }

    /// Writes all, `first` in front and `last` at the end, and hands it to `done`, on the book's queue; false where too
    /// many wait already, and then nothing is written.
    func write(
        first: @escaping Section, last: @escaping Section,
        _ done: @escaping @Sendable ([UInt8]) -> Void
    ) -> Bool {
        let isTaken = state.withLock { state in
            guard state.waiting < Self.waitingMax else { return false }
            state.waiting += 1
            return true
        }
        guard isTaken else { return false }
        queue.async {
            let sections = self.state.withLock { $0.sections }
            var text = MetricsText()
            first(&text)
            for section in sections { section(&text) }
            last(&text)
            self.state.withLock { $0.waiting -= 1 }
            done(text.bytes)
        }
        return true
    }
}
