internal import EventCore
internal import Synchronization
internal import WireFormats

/// The management interface over JSON-RPC 2.0: the commands under their OpenSIPS names, with OpenSIPS's reply shapes
/// and error codes. A text in, a text out, whatever the door.
struct MI: Sendable {
    let runner: MIRunner

    /// Answers a text: one request or a batch. The answer is empty where there is nothing to say. nil: then `later`
    /// gets it, exactly once, from any thread. Responses that do not fit into `bytesMax` become errors.
    func answer(
        _ message: JSONRPCMessage, by caller: Caller, at now: Moment, bytesMax: Int = .max,
        later: @escaping @Sendable ([UInt8]) -> Void
    ) -> [UInt8]? {
        let calls: [JSONRPCCall]
        let answer: MIAnswer
        switch message {
        case .single(let call):
            calls = [call]
            answer = MIAnswer(
                to: [Self.id(of: call)], isBatch: false, bytesMax: bytesMax, later: later)
        case .batch(let batch):
            calls = batch
            answer = MIAnswer(
                to: batch.map(Self.id), isBatch: true, bytesMax: bytesMax, later: later)
        }
        for (index, call) in calls.enumerated() {
            run(call, by: caller, at: now) { answer.set(index, $0) }
        }
        return answer.leave()
    }

    /// What the response to a call must carry; nil where there is none.
    private static func id(of call: JSONRPCCall) -> JSONRPCID? {
        switch call {
        case .request(let request): request.id
        case .refused(_, let id): id
        }
    }

    /// Runs one call and hands its result to `done`, at once or later.
    private func run(
        _ call: JSONRPCCall, by caller: Caller, at now: Moment,
        done: @escaping @Sendable (Result<JSON, JSONRPCError>) -> Void
    ) {
        let request: JSONRPCRequest
        switch call {
        case .request(let valid): request = valid
        case .refused(let error, _): return done(.failure(error))
        }
        guard let row = Commands.row(named: request.method) else {
            return done(.failure(.methodNotFound))
        }
        let arguments: [Argument?]
        do throws(JSONRPCError) {
            arguments = try MIArguments.read(request.params, for: row)
        } catch {
            return done(.failure(error))
        }
        let finish: @Sendable (MIRunner.Outcome) -> Void = { outcome in
            switch outcome {
            case .success(let reply): done(MIResult.json(reply))
            case .failure(let error): done(.failure(MIResult.error(error, of: row)))
            }
        }
        if let outcome = runner.run(row, arguments, by: caller, at: now, later: finish) {
            finish(outcome)
        }
    }
}
