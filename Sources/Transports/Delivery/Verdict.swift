internal import EventCore

/// What an attempt means for one delivery.
///
/// `words` say in one short sentence what happened, for operators: "connection refused by 127.0.0.1:5672".
/// No secret, no line break, nothing that a peer sent unescaped; the engine cuts it at
/// `DestinationHealth.wordsBytesMax`.
///
/// | verdict | the delivery | the destination's breaker |
/// |---|---|---|
/// | `ended(.delivered)` | has ended | closes |
/// | `ended(.failed(…))` | has ended | counts a failure where nobody answered, else closes |
/// | `ended(.dropped(…))` | has ended | unchanged |
/// | `gone` | has failed, and its subscription ends | closes: somebody answered |
/// | `tryAgain` | is tried again while it has attempts left | counts a failure |
/// | `unreachable` | goes back to its place, the attempt does not count | counts a failure |
/// | `unsent` | goes back to its place, the attempt does not count | unchanged |
enum Verdict: Sendable, Equatable {
    /// The delivery has ended; never `.pending`.
    case ended(Outcome, words: String? = nil)
    /// The receiver says that it is no longer there (410) and never will be: the delivery has failed, and the
    /// subscription ends with the reason `gone`.
    case gone(words: String)
    /// The attempt failed in a way that may pass. `retryAfterSeconds`: what the receiver asked for.
    case tryAgain(FailureReason, retryAfterSeconds: Int? = nil, words: String)
    /// The destination cannot be reached, for this delivery or any other.
    case unreachable(FailureReason, words: String)
    /// Nothing was sent and nobody is at fault: another delivery of the attempt had to be left out at the
    /// last moment.
    case unsent

    /// Arrived.
    static var delivered: Verdict { .ended(.delivered) }
}
