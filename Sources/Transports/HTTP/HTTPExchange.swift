internal import Ccurl
internal import EventCore

/// What is known of one HTTP call once it has ended: enough to say how the delivery went.
struct HTTPExchange {
    /// How libcurl ended it.
    var code = CURLE_OK
    /// The last status received; 0 without any.
    var status = 0
    /// The header section that came last was received to its end.
    var isHeaderComplete = false
    /// The reply was larger than is read, and was cut.
    var isReplyCut = false
    /// How often the request went out: 0 = nothing was sent, 2 = once more because a kept connection was
    /// closed.
    var requests = 0
    /// Addresses of the receiver that the target policy refused.
    var refusedAddresses = 0
    /// Addresses to which a connection was tried.
    var triedAddresses = 0
    /// errno of `socket`, should it have failed.
    var socketError: Int32 = 0
    /// errno of the last connect that failed.
    var systemError: Int32 = 0
    /// How long the receiver asked to be left alone (RFC 9110 §10.2.3, seconds or a date).
    var retryAfterSeconds: Int?
    /// Where the time went.
    var timings = AttemptTimings(nameLookup: 0, connect: 0, tls: 0, firstByte: 0, total: 0)

    /// A 2xx answer that arrived to its end.
    var isWhole2xx: Bool {
        requests > 0 && isHeaderComplete && 200...299 ~= status && code == CURLE_OK
    }

    /// What came back, for receipts: a status, or else the error of the system that kept it from coming.
    var answer: AttemptFacts.Answer {
        if status > 0 { return .http(status) }
        // An errno that is left of an address which was passed over says nothing where a connection stood.
        let error = socketError != 0 ? socketError : systemError
        return error == 0 || requests > 0 ? .none : .system(error)
    }
}
