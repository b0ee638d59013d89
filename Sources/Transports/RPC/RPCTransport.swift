internal import Dispatch
public import EventCore
internal import Glibc
public import Net
internal import Synchronization

/// JSON-RPC 2.0 over HTTP, the schemes `http` and `https`: one POST for each delivery, through libcurl.
///
/// Each destination (scheme, host, port, path, query) has a bounded queue and one call under way, so its
/// deliveries arrive in order; a dead or slow one delays no other. Delivered at least once while the service
/// lives: what may arrive twice carries the same `webhook-id`. Redirects are never followed.
public final class RPCTransport: Transport {
    /// `http`.
    public let name = "http"
    /// `http` and `https`.
    public let schemes = ["http", "https"]

    private let inbox: RPCInbox
    private let engine: RPCEngine
    private let policy: TargetPolicy
    private let thread = DispatchQueue(label: "carillon.http.delivery")
    private let fanOut = DispatchQueue(label: "carillon.http.fan-out")
    private let ended = DispatchSemaphore(value: 0)
    private let state = Lock(State.made)

    private enum State {
        case made, running, stopped
    }

    /// A transport that delivers once it is attached. `policy` judges literal addresses when a socket is
    /// parsed, and every address again when a connection to it is opened. Throws when the process has no
    /// memory or descriptor left, or libcurl cannot look names up without blocking.
    public init(settings: RPCSettings = RPCSettings(), policy: TargetPolicy) throws(SystemError) {
        self.policy = policy
        inbox = try RPCInbox(bytesMax: settings.queue.bytesTotal)
        engine = try RPCEngine(settings: settings, inbox: inbox) { address in
            policy.allows(address)
        }
    }

    /// See `Transport`. The grammar is `RPCSocketParser`'s.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        try RPCSocketParser.parse(text, policy: policy)
    }

    /// See `Transport`. Nothing in an `http:` socket is secret: credentials are refused.
    public func text(of socket: Socket, secrets: Bool) -> String {
        (secrets ? socket.detail?.secretText : socket.detail?.text) ?? ""
    }

    /// See `Transport`. Starts the delivery thread.
    public func attach(to ledger: any DeliveryLedger) {
        let isFirst = state.withLock { state in
            guard state == .made else { return false }
            state = .running
            return true
        }
        guard isFirst else { return }
        thread.async { [engine, ended] in
            engine.run(ledger: ledger)
            ended.signal()
        }
    }

    /// See `Transport`. Only enqueues; `outcomes` has `.pending`, or a drop where the inbox is full.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        var bodies = RPCBodies(occurrence)
        var calls: [RPCCall] = []
        var places: [Int] = []
        calls.reserveCapacity(targets.count)
        places.reserveCapacity(targets.count)
        for (place, target) in zip(outcomes.indices, targets) {
            guard let called = target.detail?.target as? RPCTarget else {
                outcomes[place] = .failed(.system)
                continue
            }
            calls.append(
                RPCCall(
                    subscription: target.subscription, target: called,
                    body: bodies.body(for: called), occurrence: bodies.occurrenceID))
            places.append(place)
        }
        // Marked before they are given away: a result may come at once.
        let taken = inbox.put(calls)
        for (index, place) in places.enumerated() {
            outcomes[place] =
                taken.map { index < $0 ? .pending : .dropped(.queueFull) } ?? .dropped(.stopped)
        }
    }

    /// See `Transport`. A serial queue: works run in the order they were scheduled.
    public func schedule(_ work: @escaping @Sendable () -> Void) {
        fanOut.async(execute: work)
    }

    /// See `Transport`. Calls go on for up to `drainMilliseconds`; what is left then is dropped.
    public func stop(drainMilliseconds: Int) {
        let wasRunning = state.withLock { state in
            defer { state = .stopped }
            return state == .running
        }
        guard wasRunning else { return }
        inbox.stop(at: Clock.boot() + Int64(max(0, drainMilliseconds)) * 1_000_000)
        ended.wait()
    }
}
