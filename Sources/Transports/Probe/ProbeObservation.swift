internal import EventCore

/// All that was seen in a test of one socket.
struct ProbeObservation {
    /// What kind of socket it is, as far as that matters for what an error means.
    enum Kind {
        case udp, unix, file, http, stream, broker, route
    }

    /// What kind of socket it is.
    var kind: Kind
    /// How the delivery ended; nil where it had not at the end of the test's time.
    var outcome: Outcome?
    /// The transport's words.
    var words: String?
    /// What came back.
    var answer = AttemptFacts.Answer.none
    /// What the courier saw beside.
    var facts = AttemptWitness.Facts()
    /// How long it took, microseconds.
    var microseconds: Int64 = 0
    /// What time it is, milliseconds since 1970.
    var now: Int64 = 0
}
