internal import Dispatch
public import EventCore
internal import Glibc
public import Net
internal import Synchronization
internal import WireFormats

/// UDP and UNIX datagrams, the schemes `udp` and `unix`: one datagram a delivery, at most once.
///
/// Delivered means that the kernel took it. Where a receiver's host answers at once that nobody listens (ICMP, always
/// so on this machine), the delivery counts as failed(refused); an answer that comes later is counted on the
/// next delivery to that address.
public final class DatagramTransport: Transport {
    /// `datagram`.
    public let name = "datagram"
    /// `udp` and `unix`.
    public let schemes = ["udp", "unix"]

    private let policy: TargetPolicy
    private let resolver: Resolver
    private let udp: DatagramPorts
    private let unix = Lock(UnixPort())
    private let names = Lock<[String: NameState]>([:])
    private let queue = DispatchQueue(label: "carillon.datagram")
    private let ledger = Lock<(any DeliveryLedger)?>(nil)
    private let isStopped = Lock(false)

    /// Marks a numeric IPv4 socket in `Socket.packed`: address in bits 16 to 47, port in bits 0 to 15.
    private static let ipv4Mark: UInt64 = 1 << 56

    /// `UnixDatagramPort` as a lock's state.
    private struct UnixPort: ~Copyable {
        var port = UnixDatagramPort()
    }

    /// A host's name while deliveries wait for it. Gone as soon as none do.
    private struct NameState {
        var queue = NameQueue()
    }

    /// A transport with its ports open. Throws when the kernel has no descriptor left.
    public init(policy: TargetPolicy, resolver: Resolver) throws(SystemError) {
        self.policy = policy
        self.resolver = resolver
        udp = try DatagramPorts()
    }

    /// See `Transport`.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        let (socket, format) = try DatagramSocket.parse(text, policy: policy)
        if case .ipv4(let address, let port) = socket {
            return Socket(
                packed: Self.ipv4Mark | UInt64(address) << 16 | UInt64(port), options: format.rawValue)
        }
        let shown = socket.text + Self.options(format.rawValue)
        let detail = SocketDetail(
            identity: socket.identity, text: shown, target: DatagramTarget(socket))
        return Socket(packed: 0, options: format.rawValue, detail: detail)
    }

    /// See `Transport`. A datagram socket has no secrets.
    public func text(of socket: Socket, secrets: Bool) -> String {
        if let detail = socket.detail { return detail.text }
        let address = UInt32(truncatingIfNeeded: socket.packed >> 16)
        let port = UInt16(truncatingIfNeeded: socket.packed)
        return DatagramSocket.ipv4(address: address, port: port).text + Self.options(socket.options)
    }

    /// See `Transport`.
    public func attach(to ledger: any DeliveryLedger) {
        self.ledger.withLock { $0 = ledger }
    }

    /// See `Transport`. Costs little more than `sendto` for each target: nothing is allocated for numeric ones.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        guard !isStopped.withLock({ $0 }) else {
            for index in outcomes.indices { outcomes[index] = .dropped(.stopped) }
            return
        }
        var json: [UInt8]?
        var lines: [UInt8]?
        var refusals = Refusals()
        var place = 0
        for target in targets {
            if target.options == DatagramSocket.Format.lines.rawValue {
                if lines == nil { lines = occurrence.payload(.lines, encode: NotificationFormat.lines) }
            } else if json == nil {
                json = occurrence.payload(.json, encode: NotificationFormat.json)
            }
            let payload = target.options == DatagramSocket.Format.lines.rawValue ? lines : json
            outcomes[place] = send(payload ?? [], to: target, &refusals)
            place += 1
        }
        udp.takeErrors(&refusals)
        if !refusals.isEmpty { mark(refusals, targets, &outcomes) }
    }

    /// See `Transport`.
    public func schedule(_ work: @escaping @Sendable () -> Void) {
        queue.async(execute: work)
    }

    /// See `Transport`. Nothing but deliveries to names not yet looked up waits here, and these are given up.
    public func stop(drainMilliseconds: Int) {
        isStopped.withLock { $0 = true }
        queue.sync {}
        let waiting = names.withLock { names in
            let all = names.values.flatMap { state in
                var queue = state.queue
                return queue.takeAll()
            }
            names = [:]
            return all
        }
        settle(waiting.map { DeliveryResult(subscription: $0.subscription, outcome: .dropped(.stopped)) })
    }

    private static func options(_ options: UInt16) -> String {
        options == DatagramSocket.Format.lines.rawValue ? "#format=lines" : ""
    }

    // MARK: Sending

    private func send(_ payload: [UInt8], to target: Target, _ refusals: inout Refusals) -> Outcome {
        guard let detail = target.detail else {
            let address = UInt32(truncatingIfNeeded: target.packed >> 16)
            return udp.send(
                payload, to: address, port: UInt16(truncatingIfNeeded: target.packed), &refusals)
        }
        guard let destination = detail.target as? DatagramTarget else {
            preconditionFailure("a datagram socket's detail is a DatagramTarget")
        }
        switch destination.socket {
        case .ipv4(let address, let port):
            return udp.send(payload, to: address, port: port, &refusals)
        case .ipv6:
            return udp.send(payload, toIPv6: destination.bytes, &refusals)
        case .unix:
            let error = unix.withLock { unix in
                payload.withUnsafeBytes { unix.port.send($0, to: destination.bytes) }
            }
            return Outcome(datagramError: error)
        case .named(let name, let port):
            let waiting = NameQueue.Waiting(
                subscription: target.subscription, port: port, payload: payload)
            return send(waiting, toHost: name.lowercased(), &refusals)
        }
    }

    /// The deliveries whose destination has refused a datagram fail.
    private func mark(
        _ refusals: Refusals, _ targets: ArraySlice<Target>, _ outcomes: inout [Outcome]
    ) {
        var place = 0
        for target in targets {
            defer { place += 1 }
            guard outcomes[place] == .delivered else { continue }
            let isRefused: Bool
            if target.detail == nil {
                isRefused = refusals.contains(ipv4: target.packed & ~Self.ipv4Mark)
            } else if let destination = target.detail?.target as? DatagramTarget {
                isRefused = refusals.contains(destination.socket)
            } else {
                isRefused = false
            }
            if isRefused { outcomes[place] = .failed(.refused) }
        }
    }

    // MARK: Names

    /// Sends at once if the name's address is known and nothing waits for it; else the delivery waits in order.
    private func send(
        _ waiting: NameQueue.Waiting, toHost name: String, _ refusals: inout Refusals
    ) -> Outcome {
        let mustQueue = names.withLock { $0[name] != nil }
        if !mustQueue {
            if let addresses = resolver.addresses(of: name, whenKnown: { _ in self.flush(name) }) {
                return send(waiting, to: addresses, &refusals)
            }
        }
        let dropped = names.withLock { names in
            names[name, default: NameState()].queue.append(waiting)
        }
        settle(dropped.map { DeliveryResult(subscription: $0.subscription, outcome: .dropped(.queueFull)) })
        // The answer may have come between the question and the enqueueing, and found nothing to send.
        if !mustQueue, resolver.addresses(of: name, whenKnown: { _ in self.flush(name) }) != nil {
            queue.async { self.flush(name) }
        }
        return .pending
    }

    /// Sends what waits for a name that has been looked up, until nothing does.
    private func flush(_ name: String) {
        while true {
            let batch = names.withLock { names -> [NameQueue.Waiting] in
                let batch = names[name]?.queue.takeAll() ?? []
                if batch.isEmpty { names[name] = nil }
                return batch
            }
            if batch.isEmpty { return }
            let addresses = resolver.addresses(of: name, whenKnown: { _ in }) ?? []
            var refusals = Refusals()
            settle(
                batch.map { waiting in
                    var outcome = Outcome.delivered
                    if let reason = ledger.withLock({ $0 })?.mayStart(waiting.subscription) {
                        outcome = .dropped(reason)
                    } else {
                        outcome = send(waiting, to: addresses, &refusals)
                    }
                    return DeliveryResult(subscription: waiting.subscription, outcome: outcome)
                })
        }
    }

    /// Sends to the first address that the policy allows.
    private func send(
        _ waiting: NameQueue.Waiting, to addresses: [IPAddress], _ refusals: inout Refusals
    ) -> Outcome {
        if addresses.isEmpty { return .failed(.unresolved) }
        switch addresses.first(where: { policy.verdict(on: $0) == .allowed }) {
        case .v4(let address)?:
            return udp.send(waiting.payload, to: address, port: waiting.port, &refusals)
        case .v6(let high, let low)?:
            return udp.send(
                waiting.payload, toIPv6: SocketAddress.ipv6(high, low, port: waiting.port), &refusals)
        case nil:
            return .failed(.forbidden)
        }
    }

    private func settle(_ results: [DeliveryResult]) {
        guard !results.isEmpty else { return }
        ledger.withLock { $0 }?.settle(results)
    }
}
