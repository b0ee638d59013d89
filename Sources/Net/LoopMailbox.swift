internal import Cepoll
internal import EventCore
internal import Glibc
internal import Synchronization

/// How other threads reach an event loop: messages and an eventfd that wakes it. Bounded by what its senders may have
/// under way.
final class LoopMailbox<Message: Sendable>: Sendable {
    /// Readable when there are messages.
    let event: FileDescriptor
    private let queue = Lock<[Message]>([])

    init() throws(SystemError) {
        let number = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
        guard number >= 0 else { throw .last("eventfd") }
        event = FileDescriptor(owning: number)
    }

    /// Any thread. Wakes the loop once for all messages it has not taken yet.
    func post(_ message: Message) {
        let isFirst = queue.withLock { queue in
            queue.append(message)
            return queue.count == 1
        }
        // Fails only when the counter is full, and then the loop is awake already.
        if isFirst { eventfd_write(event.number, 1) }
    }

    /// All messages so far, oldest first. Only the loop.
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
