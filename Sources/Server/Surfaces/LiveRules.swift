internal import EventCore
internal import Synchronization

/// The rules that the surfaces ask at each request and that SIGHUP may replace while they do.
final class LiveRules: Sendable {
    /// One consistent set of them.
    struct Rules: Sendable {
        /// Whom a request must be meant for, and which pages may write.
        var browsers: BrowserPolicy
        /// Whether events come into being by being raised or subscribed to.
        var dynamicEvents: Bool
    }

    private let rules: Lock<Rules>

    init(_ rules: Rules) {
        self.rules = Lock(rules)
    }

    /// Those in force: to be taken once per request.
    var current: Rules { rules.withLock { $0 } }
    /// Only whether events come into being, without a copy of the rest.
    var dynamicEvents: Bool { rules.withLock { $0.dynamicEvents } }

    /// Requests that begin from now on go by these.
    func replace(_ new: Rules) {
        rules.withLock { $0 = new }
    }
}
