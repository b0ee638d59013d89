/// How other threads reach a worker.
///
/// Bounded by what is sent: at most one completion for each parked request, one message for each
/// accepted connection (the connection limit), one feed, one stop.
typealias HTTPMailbox = LoopMailbox<HTTPWorkerMessage>

/// What other threads tell a worker.
enum HTTPWorkerMessage: Sendable {
    /// The answer to a parked request.
    case completion(HTTPTicket.Address, @Sendable (inout HTTPResponse) -> Void)
    /// A connection accepted for this worker, which closes it.
    case connection(Int32, PeerAddress, refused: Bool)
    /// Finish what is in flight until this moment of CLOCK_BOOTTIME, in nanoseconds, then close
    /// everything.
    case stop(deadline: Int64)
    /// There is something new for the clients of streams. One at a time, see `HTTPWorker.ring`.
    case feed
}
