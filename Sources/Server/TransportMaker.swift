internal import EventCore
internal import Net
internal import Synchronization
internal import Transports

/// Makes the transports that reach one subscriber each. More than once: groups of sockets have transports of their own.
struct TransportMaker: Sendable {
    let policy: TargetPolicy
    let rpc: HTTPSettings
    /// How all of them queue.
    let delivery: DeliverySettings
    let flatstore: FlatstoreSettings
    let amqp: AMQPSettings
    /// Told of every transport that has files open.
    let reopened: ReopenedFiles

    /// One of each, always in the same order. Without `retries` a delivery that fails has failed, and no destination is
    /// ever left alone: whoever asks for that tries another one instead. Throws where the process has no descriptor left.
    func make(retries: Bool = true) throws(SystemError) -> [any Transport] {
        var rpc = rpc
        var flatstore = flatstore
        var amqp = amqp
        let delivery = retries ? delivery : delivery.withoutRetries
        rpc.delivery = delivery
        flatstore.delivery = delivery
        amqp.delivery = delivery
        amqp.waitsForBroker = retries
        var stream = StreamSettings()
        stream.delivery = delivery
        let resolver = Resolver(clock: Clock.now)
        let files = try FlatstoreTransport(settings: flatstore)
        reopened.add(files)
        return [
            try DatagramTransport(policy: policy, resolver: resolver),
            try RPCTransport(settings: rpc, policy: policy),
            try StreamTransport(settings: stream, policy: policy, resolver: resolver),
            try XMLRPCTransport(settings: rpc, policy: policy),
            files,
            try AMQPTransport(settings: amqp, policy: policy, resolver: resolver),
        ]
    }

    /// A new one of the same kind as `transport`, for one test of a subscriber: without retries, without a name looked
    /// up before, without rotations, and with `witness` told what it sees. Nil where it is of none of these kinds.
    func makeProbe(
        like transport: any Transport, _ witness: AttemptWitness
    ) throws(SystemError) -> (any Transport)? {
        let delivery = delivery.withoutRetries
        var rpc = rpc
        rpc.delivery = delivery
        rpc.witness = witness
        let resolver = Resolver(clock: Clock.now)
        switch transport {
        case is DatagramTransport:
            return try DatagramTransport(policy: policy, resolver: resolver)
        case is RPCTransport: return try RPCTransport(settings: rpc, policy: policy)
        case is XMLRPCTransport: return try XMLRPCTransport(settings: rpc, policy: policy)
        case is StreamTransport:
            var stream = StreamSettings()
            stream.delivery = delivery
            return try StreamTransport(settings: stream, policy: policy, resolver: resolver)
        case is FlatstoreTransport:
            var flatstore = flatstore
            flatstore.delivery = delivery
            flatstore.rotateBytes = 0
            flatstore.rotateSeconds = 0
            return try FlatstoreTransport(settings: flatstore)
        case is AMQPTransport:
            var amqp = amqp
            amqp.delivery = delivery
            amqp.waitsForBroker = false
            amqp.witness = witness
            return try AMQPTransport(settings: amqp, policy: policy, resolver: resolver)
        default: return nil
        }
    }
}

/// The transports that have files open, which SIGHUP opens anew, and whose rotations are told of.
final class ReopenedFiles: Sendable {
    private struct State {
        var transports: [FlatstoreTransport] = []
        var listener: (@Sendable (FlatstoreRotation) -> Void)?
    }

    private let state = Lock(State())

    /// Adds one; it tells of its rotations from now on.
    func add(_ transport: FlatstoreTransport) {
        let listener = state.withLock { state in
            state.transports.append(transport)
            return state.listener
        }
        if let listener { transport.onRotation(listener) }
    }

    /// Who is told of rotations, of those to come too.
    func onRotation(_ listener: @escaping @Sendable (FlatstoreRotation) -> Void) {
        let transports = state.withLock { state in
            state.listener = listener
            return state.transports
        }
        for transport in transports { transport.onRotation(listener) }
    }

    /// Has every file opened anew.
    func reopen() {
        for transport in state.withLock({ $0.transports }) { transport.reopen() }
    }

    /// Has a file rotated, by one of them; the others open it anew. False where no file can be called so.
    func rotate(_ file: String) -> Bool {
        let transports = state.withLock { $0.transports }
        for transport in transports.dropFirst() { transport.reopen() }
        return transports.first?.rotate(file) ?? false
    }
}
