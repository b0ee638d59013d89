internal import EventCore
internal import Synchronization
internal import WireFormats

/// The responses to one text, gathered: some are there at once, some when a change is durable.
///
/// The answer goes out once, in the order of the calls: through `leave` if everything was there when the calls had
/// been run, else through the closure when the last response has come.
final class MIAnswer: Sendable {
    private struct State {
        var texts: [[UInt8]?]
        var missing: Int
        var hasLeft = false
    }

    private let ids: [JSONRPCID?]
    private let isBatch: Bool
    private let bytesMax: Int
    private let state: Lock<State>
    private let later: @Sendable ([UInt8]) -> Void

    /// An answer to calls with these ids; nil for those that get no response.
    init(
        to ids: [JSONRPCID?], isBatch: Bool, bytesMax: Int,
        later: @escaping @Sendable ([UInt8]) -> Void
    ) {
        self.ids = ids
        self.isBatch = isBatch
        self.bytesMax = bytesMax
        self.later = later
        state = Lock(State(texts: Array(repeating: nil, count: ids.count), missing: ids.count))
    }

    /// Takes the result of the call at `index`. Any thread.
    func set(_ index: Int, _ result: Result<JSON, JSONRPCError>) {
        let text = response(to: ids[index], result)
        let texts = state.withLock { state -> [[UInt8]?]? in
            state.texts[index] = text
            state.missing -= 1
            return state.missing == 0 && state.hasLeft ? state.texts : nil
        }
        if let texts { later(join(texts)) }
    }

    /// The whole answer if every response is there; nil if the closure will get it.
    func leave() -> [UInt8]? {
        let texts = state.withLock { state -> [[UInt8]?]? in
            state.hasLeft = true
            return state.missing == 0 ? state.texts : nil
        }
        return texts.map(join)
    }

    private func response(to id: JSONRPCID?, _ result: Result<JSON, JSONRPCError>) -> [UInt8] {
        guard let id else { return [] }
        var text: [UInt8] = []
        switch result {
        case .success(let value): text.appendResponse(to: id, result: value)
        case .failure(let error): text.appendResponse(to: id, error: error)
        }
        return text
    }

    /// The answer; where it is too large for its door, errors instead of the responses. Never silence.
    private func join(_ texts: [[UInt8]?]) -> [UInt8] {
        let text = joined(texts.map { $0 ?? [] })
        if text.count <= bytesMax { return text }
        let errors = joined(ids.map { response(to: $0, .failure(Self.tooLarge)) })
        // The ids themselves may be what is too large.
        return errors.count <= bytesMax ? errors : response(to: .null, .failure(Self.tooLarge))
    }

    private func joined(_ texts: [[UInt8]]) -> [UInt8] {
        let texts = texts.filter { !$0.isEmpty }
        guard isBatch else { return texts.first ?? [] }
        var body: [UInt8] = []
        body.appendBatch(texts)
        return body
    }

    private static let tooLarge = JSONRPCError(
        code: 500, message: "Reply too large",
        data: "The command was run; its reply does not fit into a datagram. Ask over HTTP.")
}
