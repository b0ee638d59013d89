/// Code that reaches the subscribers of one or more schemes: a way out.
///
/// Adding one is a folder, a row in the table of transports, a row in the conformance suite. What OpenSIPS
/// calls *match* is `Socket.sameIdentity`, its *print* is `text(of:)`, its *free* is ARC.
public protocol Transport: AnyObject, Sendable {
    /// The word for it in listings, filters and logs: `datagram`, `http`.
    var name: String { get }

    /// The words before the `:` that it understands.
    var schemes: [String] { get }

    /// Whether subscriptions to its sockets end with the process, whoever makes them: the store is not told.
    var isVolatile: Bool { get }

    /// Text → socket. Pure and fast: no name is looked up, nothing is opened. Any thread.
    /// Throws what is wrong with the text, with a sentence that says what was expected.
    func parse(_ text: SocketText) throws(SocketError) -> Socket

    /// The canonical text, with options: pasted back it parses to the same socket. `secrets` false masks them.
    func text(of socket: Socket, secrets: Bool) -> String

    /// Called once, before anything is delivered; `ledger` takes the results.
    func attach(to ledger: any DeliveryLedger)

    /// Sends, or enqueues, one occurrence to some subscribers; never blocks and never waits for a peer.
    ///
    /// Called by one thread at a time, in the order of the raises (the send lane sees to both). It may call the
    /// ledger, but run no command: an unsubscription would wait for this call to return. `outcomes` has
    /// an element for each target, all `.delivered`; the transport overwrites those that went otherwise, with
    /// `.pending` for what it will report to the ledger later.
    func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome])

    /// What `deliver` would do with an occurrence for one subscriber, and the bytes it would send: by the same writers.
    /// Nothing is sent, looked up, counted or used up. One entry; for a group of sockets one for each member that
    /// would get it. Any thread, outside the core's lock; never blocks longer than a slice takes.
    func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast]

    /// What is to be told of an attempt that neither a result nor `DeliveryLedger.note` tells of: that of a delivery which
    /// `deliver` called `.delivered` at once. So that a fan-out of datagrams writes nothing down for each of them. Nil
    /// where that cannot be. Any thread, under the core's lock.
    func factsOfDelivery(of occurrence: Occurrence, to socket: Socket) -> AttemptFacts?

    /// Runs `work` soon on a queue of the transport's own, where it may take milliseconds.
    /// Fan-outs too large for the raising thread are sent there.
    func schedule(_ work: @escaping @Sendable () -> Void)

    /// How it goes where `socket` points to; nil where the transport keeps no such books, or knows nothing of it.
    /// Any thread, under the core's lock: no longer than a look-up, and no call of the ledger.
    func health(of socket: Socket) -> DestinationHealth?

    /// Rises with every change of what `health` says of any socket. Any thread, under the core's lock.
    var healthVersion: UInt64 { get }

    /// Gives up what is queued (each is reported `.dropped(.stopped)`) and closes everything. Blocks until done,
    /// at most for `drainMilliseconds` in which queued deliveries may still go out.
    func stop(drainMilliseconds: Int)
}

extension Transport {
    /// A transport that keeps no books about its destinations.
    public func health(of socket: Socket) -> DestinationHealth? { nil }

    /// Never changes.
    public var healthVersion: UInt64 { 0 }
}

extension Transport {
    /// What most transports have to say.
    public var isVolatile: Bool { false }

    /// A transport that tells of every attempt itself.
    public func factsOfDelivery(of occurrence: Occurrence, to socket: Socket) -> AttemptFacts? {
        nil
    }
}

/// One subscriber of a fan-out: enough to send to it, and to say later how it went.
public struct Target: Sendable {
    /// Whose delivery it is.
    public var subscription: SubscriptionRef
    /// The socket's own parts, see `Socket`.
    public var packed: UInt64
    /// Options in the transport's encoding.
    public var options: UInt16
    /// What does not fit into `packed`.
    public var detail: SocketDetail?
    /// The subscription's id, for receipts; a transport has no use for it.
    public var id: UInt64

    /// A target.
    public init(
        subscription: SubscriptionRef, packed: UInt64, options: UInt16, detail: SocketDetail?,
        id: UInt64 = 0
    ) {
        self.subscription = subscription
        self.id = id
        self.packed = packed
        self.options = options
        self.detail = detail
    }
}

extension Target {
    /// Its socket. Which transport it is of, only the core knows.
    public var socket: Socket { Socket(packed: packed, options: options, detail: detail) }
}

/// A subscription's place in the core, with a generation: a reference to one that ended finds nobody.
public struct SubscriptionRef: Sendable, Hashable {
    /// Place in the slab.
    public var slot: UInt32
    /// Which tenant of that place.
    public var generation: UInt32

    /// A reference.
    public init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }
}

/// How one delivery stands.
public enum Outcome: Sendable, Hashable {
    /// The transport has it and will tell the ledger later.
    case pending
    /// It arrived, as far as the transport can know: datagrams handed to the kernel, HTTP answered 2xx.
    case delivered
    /// It was tried and did not arrive.
    case failed(FailureReason)
    /// It was never tried.
    case dropped(DropReason)
}

/// Why a delivery that was tried did not arrive. The raw value is its name in JSON, logs and metrics.
public enum FailureReason: String, Sendable, Hashable, CaseIterable {
    /// Nobody listens: ECONNREFUSED, an ICMP port unreachable, a refused TCP connection.
    case refused
    /// The UNIX path does not exist (ENOENT) or is no datagram socket; a file that is none.
    case noSuchPath = "no_such_path"
    /// The receiver's buffer is full (EAGAIN, ENOBUFS), or the disk (ENOSPC).
    case full
    /// The payload is larger than the transport can carry (EMSGSIZE).
    case tooLarge = "too_large"
    /// The host's name has no address.
    case unresolved
    /// The target policy refuses the address the name resolved to.
    case forbidden
    /// No answer within the time allowed.
    case timeout
    /// Connecting failed otherwise: no route, reset, TLS.
    case connect
    /// TLS: the peer could not be verified.
    case tls
    /// The receiver answered with a status other than 2xx.
    case status
    /// The receiver's answer was no valid JSON-RPC reply, or an error object.
    case reply
    /// The broker has no queue for the message: it came back (AMQP `mandatory`).
    case unroutable
    /// The broker refused it, or us: no such exchange, no right to publish, a full queue; a wrong password.
    case rejected
    /// The params cannot be written in the transport's format.
    case unencodable
    /// Any other error of the system; the log names its errno.
    case system
    /// The event_route was ended by a limit or an error, or returned a negative number.
    case route
}

/// Why a delivery was never tried. The raw value is its name in JSON, logs and metrics.
public enum DropReason: String, Sendable, Hashable, CaseIterable {
    /// The queue of its destination, or the send lane, was full.
    case queueFull = "queue_full"
    /// The subscription was ended while it waited.
    case unsubscribed
    /// The subscription's deadline passed while it waited.
    case expired
    /// The service stopped.
    case stopped
    /// A newer occurrence took its place in the queue (option `conflate`).
    case conflated
    /// The receiver said that it is gone for good, which ended the subscription while this one waited.
    case gone
}
