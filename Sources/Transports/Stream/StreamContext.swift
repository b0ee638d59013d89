internal import EventCore
internal import Glibc
internal import Net
internal import Synchronization

/// What all connections of a courier share: epoll, settings, buffers, and answers of the resolver.
/// Only touched on the engine's thread, but for `answers`.
final class StreamContext {
    /// What the service is told to do.
    let settings: StreamSettings
    /// Who may be connected to.
    let policy: TargetPolicy
    /// Watches the connections.
    let poller: Poller
    /// Who is asked whether a delivery may still start; nil before the first attempt.
    var ledger: (any DeliveryLedger)?
    /// When epoll last told all that had happened, boot clock.
    var lastLook: Int64 = 0
    /// What is being written.
    var output = StreamOutput()
    /// Where what comes is read to.
    let room = UnsafeMutableRawBufferPointer.allocate(
        byteCount: StreamContext.readBytes, alignment: 1)

    private let resolver: Resolver
    private let answers: StreamAnswers
    private var generations: UInt32 = 0

    /// Bytes read at a time, and so the most that one connection costs the others.
    static let readBytes = 64 << 10

    /// A context without connections. Throws when the process has no descriptor left.
    init(
        settings: StreamSettings, policy: TargetPolicy, resolver: Resolver, answers: StreamAnswers
    ) throws(SystemError) {
        self.settings = settings
        self.policy = policy
        self.resolver = resolver
        self.answers = answers
        poller = try Poller()
    }

    deinit {
        room.deallocate()
    }

    /// A number that no connection and no port has had lately.
    func nextGeneration() -> UInt32 {
        generations &+= 1
        return generations
    }

    /// The answer, if it is known; else `answers` will have it for `connection`.
    func resolve(_ name: String, for connection: TablePlace) -> Resolver.Answer? {
        if let answer = resolver.known(name) { return answer }
        resolver.resolve(name) { [answers] in answers.put($0, for: connection) }
        return nil
    }
}

/// Where the resolver's threads leave answers for the engine's thread. Bounded by the connections,
/// each of which waits for one at a time.
final class StreamAnswers: Sendable {
    private let wakeup: Wakeup
    private let list = Lock<[(connection: TablePlace, answer: Resolver.Answer)]>([])

    /// None yet; `wakeup` wakes the engine's thread.
    init(wakeup: Wakeup) {
        self.wakeup = wakeup
    }

    /// Leaves an answer. Any thread.
    func put(_ answer: Resolver.Answer, for connection: TablePlace) {
        list.withLock { $0.append((connection, answer)) }
        wakeup.send()
    }

    /// Takes all that were left.
    func take() -> [(connection: TablePlace, answer: Resolver.Answer)] {
        list.withLock { list in
            defer { list = [] }
            return list
        }
    }
}
