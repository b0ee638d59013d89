internal import EventCore
internal import RouteScript
internal import Transports
internal import WireFormats

/// What a run can wait for: a call over HTTP, a command of the management interface.
struct ScriptEffects: Sendable {
    let caller: HTTPCaller
    let runner: MIRunner
    let clock: @Sendable () -> Moment

    /// Begins it, and tells once what it came to; see `ScriptEngine.Effects`.
    func begin(_ effect: Effect, _ done: @escaping @Sendable (EffectResult) -> Void) {
        switch effect {
        case .http(let call): begin(call, done)
        case .mi(let call): begin(call, done)
        }
    }

    private func begin(_ call: HTTPCall, _ done: @escaping @Sendable (EffectResult) -> Void) {
        let request = HTTPCaller.Request(
            method: call.method, url: Array(call.url.utf8), body: call.body,
            contentType: call.contentType)
        caller.call(request) { answer in
            switch answer {
            case .response(let status, let contentType, let body):
                done(.http(HTTPAnswer(status: status, contentType: contentType, body: body)))
            case .failed(let failure): done(.failed(EffectFailure(failure)))
            }
        }
    }

    private func begin(_ call: MICall, _ done: @escaping @Sendable (EffectResult) -> Void) {
        guard let row = Commands.row(named: call.command) else {
            // OpenSIPS's mi_script: -2 where there is no such command.
            return done(.failed(.connectTimeout))
        }
        let arguments: [Argument?]
        do throws(JSONRPCError) {
            arguments = try MIArguments.read(JSONRPCParams(call.arguments), for: row)
        } catch {
            return done(Self.result(.failure(error)))
        }
        let finish: @Sendable (MIRunner.Outcome) -> Void = { outcome in
            switch outcome {
            case .success(let reply): done(Self.result(MIResult.json(reply)))
            case .failure(let error): done(Self.result(.failure(MIResult.error(error, of: row))))
            }
        }
        let outcome = runner.run(
            row, arguments, by: RunHost.caller, at: clock(), later: finish)
        if let outcome { finish(outcome) }
    }

    private static func result(_ result: Result<JSON, JSONRPCError>) -> EffectResult {
        switch result {
        case .failure(let error): return .miError(Array(error.message.utf8))
        case .success(.string(let text)): return .mi(Array(text.utf8))
        case .success(let value):
            var text: [UInt8] = []
            text.append(tree: value)
            return .mi(text)
        }
    }
}

extension EffectFailure {
    init(_ failure: HTTPCaller.Failure) {
        switch failure {
        case .refused: self = .refused
        case .connectTimeout: self = .connectTimeout
        case .timeout: self = .timeout
        case .other: self = .other
        }
    }
}

extension JSONRPCParams {
    /// The arguments that a script gives.
    init(_ params: Params) {
        if params.isEmpty {
            self = .none
        } else if params.isNamed {
            self = .named(params.items.map { ($0.name ?? "", JSON($0.value)) })
        } else {
            self = .positional(params.items.map { JSON($0.value) })
        }
    }
}

extension JSON {
    /// A scalar.
    init(_ value: EventCore.Value) {
        switch value {
        case .string(let text): self = .string(text)
        case .integer(let number): self = .integer(number)
        case .double(let number): self = .number(number)
        case .boolean(let flag): self = .boolean(flag)
        }
    }
}
