internal import EventCore
internal import RouteScript
internal import Transports

/// A run that has not begun: which route, and why.
enum RunJob: Sendable {
    case delivery(RouteDelivery)
    case timer(String)
    case startup
    case request(RouteRequest)

    /// About how many bytes it holds on to.
    var weight: Int {
        guard case .delivery(let delivery) = self else { return 0 }
        return delivery.occurrence.params.items.reduce(256) { sum, param in
            var bytes = 32 + (param.name?.utf8.count ?? 0)
            if case .string(let text) = param.value { bytes += text.utf8.count }
            return sum + bytes
        }
    }
}

/// A run that a client asks for.
struct RouteRequest: Sendable {
    let route: Route
    let script: Script
    let context: RunContext
    /// The transaction of the SIP request that it is about; nil for replies and where there is none.
    let transaction: ScriptTransactions.Key?
    /// What the client calls its request.
    let trace: Trace?
    let answer: CommandContinuation
}

/// A run that has begun.
struct ActiveRun: Sendable {
    /// Who is told of its end.
    enum Purpose: Sendable {
        case delivery(SubscriptionRef, Occurrence, began: Moment)
        case request(CommandContinuation, Trace?)
        /// Nobody.
        case own
    }

    var run: ScriptRun
    let purpose: Purpose
    /// Under which its AVPs are kept for the reply.
    var transaction: ScriptTransactions.Key?
    /// What it has done so far, where a client is told.
    var report: RouteRunView?

    /// What whoever brought it about calls that.
    var trace: Trace? {
        switch purpose {
        case .delivery(_, let occurrence, _): occurrence.trace
        case .request(_, let trace): trace
        case .own: nil
        }
    }

    /// The end as a client is told of it.
    func view(_ end: RouteRunView.End, steps: Int = 0) -> RouteRunView {
        let name = run.route.name ?? run.route.kind.rawValue
        var view =
            report
            ?? RouteRunView(kind: run.route.kind.rawValue, name: name, end: end, steps: steps)
        view.end = end
        view.steps = steps
        return view
    }
}
