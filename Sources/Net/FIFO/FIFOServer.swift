internal import Dispatch
internal import EventCore
internal import Glibc
internal import Synchronization

/// A command FIFO and the replies to what is written to it: one event loop in one long-running block
/// on a serial Dispatch queue of its own.
public final class FIFOServer: Sendable {
    enum Message: Sendable {
        /// The reply to a command, by its number.
        case reply(UInt64, [UInt8])
        /// Read no more; end once every reply is out, at the latest at this moment of CLOCK_BOOTTIME.
        case stop(deadline: Int64)
    }

    private let mailbox: LoopMailbox<Message>
    private let counts = Lock(FIFOCounters())
    private let group = DispatchGroup()
    private let loop: Lock<FIFOLoopBox?>

    /// Makes the FIFO; nothing is read before `start`. Throws EADDRINUSE where another process reads
    /// it, EEXIST where something lies that is no FIFO of ours.
    public init(
        configuration: FIFOConfiguration, handler: any FIFOHandler
    ) throws(SystemError) {
        let mailbox = try LoopMailbox<Message>()
        self.mailbox = mailbox
        loop = Lock(
            FIFOLoopBox(
                try FIFOLoop(configuration: configuration, handler: handler, mailbox: mailbox)))
    }

    /// Begins to read. Once.
    public func start() {
        guard let box = loop.withLock({ $0.take() }) else { return }
        // There is no MSG_NOSIGNAL for pipes: a reader that goes away is an error of `write`.
        signal(SIGPIPE, SIG_IGN)
        DispatchQueue(label: "carillon.fifo").async(group: group) { [self] in
            box.loop.run { counts in self.counts.withLock { $0 = counts } }
        }
    }

    /// Reads no more, gives replies at most `graceMilliseconds`, removes the FIFO. Blocks until done.
    public func stop(graceMilliseconds: Int) {
        // Never started: the FIFO goes with the loop.
        loop.withLock { $0 = nil }
        mailbox.post(.stop(deadline: Clock.boot() + Int64(max(0, graceMilliseconds)) * 1_000_000))
        group.wait()
    }

    /// What it has done so far. Any thread.
    public var counters: FIFOCounters { counts.withLock { $0 } }
}

/// Carries the loop from the thread that made it, where errors can be thrown, to the one that runs it.
struct FIFOLoopBox: @unchecked Sendable {
    // @unchecked because the loop is put in before the one block that uses it is enqueued.
    let loop: FIFOLoop

    init(_ loop: FIFOLoop) {
        self.loop = loop
    }
}
