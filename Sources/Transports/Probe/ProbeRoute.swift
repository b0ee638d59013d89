internal import EventCore
internal import Net
internal import WireFormats

/// The test of a `route:` socket: its event_route is run as by a request, with the params of a test.
enum ProbeRoute {
    /// Its scheme.
    static let scheme = "route"

    /// Runs the route of a socket; `done` is called once. The time that a route may take is limited by its steps and by
    /// what it waits for.
    static func run(
        _ text: String, _ occurrence: Occurrence, on routes: any RouteControl,
        _ done: @escaping @Sendable (ProbeFinding, AttemptView?) -> Void
    ) {
        let name = String(text.drop { $0 != ":" }.dropFirst())
        let command = RunRouteCommand(
            name: name, kind: "event_route", params: occurrence.params)
        let began = Clock.now()
        routes.run(command, at: began) { result in
            let time = (Clock.boot() - began.boot) / 1_000
            func attempt(_ answer: AttemptFacts.Answer) -> AttemptView {
                AttemptView(
                    number: 1,
                    facts: AttemptFacts(
                        time: began.wall, microseconds: time, bytes: 0, answer: answer))
            }
            switch result {
            case .success(.routeRun(let run)):
                let (finding, answer) = judge(run, name)
                done(finding, attempt(answer))
            case .success:
                preconditionFailure("running a route answers with what it did")
            case .failure(let error):
                let code: ProbeCode = error.code == .routeNotFound ? .routeMissing : .failed
                done(Diagnosis.finding(code, error.message), nil)
            }
        }
    }

    private static func judge(
        _ run: RouteRunView, _ name: String
    ) -> (ProbeFinding, AttemptFacts.Answer) {
        switch run.end {
        case .aborted(_, let message):
            return (Diagnosis.finding(.routeFailed, message), .none)
        case .finished(_, let code) where code < 0:
            let message = "event_route[\(name)] returned \(code)"
            return (Diagnosis.finding(.routeFailed, message), .route(code))
        case .finished(_, let code):
            let message = "event_route[\(name)] ran and returned \(code)"
            return (Diagnosis.finding(.ok, message), .route(code))
        }
    }
}
