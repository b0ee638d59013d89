internal import EventCore
internal import Synchronization
internal import WireFormats

/// The responses of one body, gathered: some are there at once, some when a change is durable.
///
/// The answer goes out once, in the order of the calls: through `leave` if everything was there when the body had
/// been run, else through the closure when the last response has come.
final class MIAnswer: Sendable {
    private struct State {
        var texts: [[UInt8]?] = []
        var isBatch = false
        var missing = 0
        var hasLeft = false
    }

    private let state = Lock(State())
    private let later: @Sendable ([UInt8]) -> Void

    init(later: @escaping @Sendable ([UInt8]) -> Void) {
        self.later = later
    }

    /// Says how many responses there will be; before the first of them.
    func expect(_ count: Int, isBatch: Bool) {
        state.withLock { state in
            state.texts = Array(repeating: nil, count: count)
            state.missing = count
            state.isBatch = isBatch
        }
    }

    /// Takes the response of the call at `index`; empty where it gets none. Any thread.
    func set(_ index: Int, _ text: [UInt8]) {
        let complete = state.withLock { state -> [UInt8]? in
            state.texts[index] = text
            state.missing -= 1
            return state.missing == 0 && state.hasLeft ? Self.join(state) : nil
        }
        if let complete { later(complete) }
    }

    /// The whole answer if every response is there; nil if the closure will get it.
    func leave() -> [UInt8]? {
        state.withLock { state in
            state.hasLeft = true
            return state.missing == 0 ? Self.join(state) : nil
        }
    }

    private static func join(_ state: State) -> [UInt8] {
        let texts = state.texts.compactMap { $0 }.filter { !$0.isEmpty }
        guard state.isBatch else { return texts.first ?? [] }
        var body: [UInt8] = []
        body.appendBatch(texts)
        return body
    }
}
