internal import Cepoll
internal import EventCore
internal import Glibc
internal import Synchronization

/// How other threads reach a worker: a queue and an eventfd that wakes its loop.
///
/// Bounded by what is sent: at most one completion for each parked request, one message for each
/// accepted connection (the connection limit), one stop.
final class HTTPMailbox: Sendable {
    enum Message: Sendable {
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

    /// Readable when there are messages.
    let event: FileDescriptor
    private let queue = Lock<[Message]>([])

    init() throws(SystemError) {
        let number = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard number >= 0 else { throw .last("eventfd") }
        event = FileDescriptor(owning: number)
    }

    /// Any thread. Wakes the worker once for all messages it has not taken yet.
    func post(_ message: Message) {
        let first = queue.withLock { queue in
            queue.append(message)
            return queue.count == 1
        }
        // Fails only when the counter is full, and then the loop is awake already.
        if first { eventfd_write(event.number, 1) }
    }

    /// All messages so far, oldest first. Only the worker.
    func take() -> [Message] {
        var count: eventfd_t = 0
        eventfd_read(event.number, &count)
        return queue.withLock { queue in
            let messages = queue
            queue = []
            return messages
        }
    }
}
