public import EventCore
public import Net
internal import Synchronization
internal import WireFormats

/// Groups of sockets, the scheme `virtual`: PARALLEL to all of them, FAILOVER to the first that
/// does not fail, ROUND-ROBIN to another one each time.
///
/// A group is one subscriber: it expires as one, and what is delivered to it is counted once. Its
/// members are reached by transports of its own, which are made at the first delivery.
public final class VirtualTransport: QueueingTransport {
    /// `virtual`.
    public let name = "virtual"
    /// `virtual`.
    public let schemes = ["virtual"]

    private let parser: VirtualSocketParser
    private let groups: GroupTable
    private let patient: MemberTransports
    private let brisk: MemberTransports
    /// See `QueueingTransport`.
    public var queues: any DeliveryQueues { engine }
    private let engine: DeliveryEngine<VirtualCourier>
    private let parallel = Lock<ParallelGroups?>(nil)

    /// A transport that delivers once it is attached. `siblings` are those that members may have;
    /// they only read and print sockets here. `make` makes the same again, in the same order, for
    /// deliveries: with retries for PARALLEL, without for the others, where the next member is
    /// tried instead. Throws when the process has no descriptor left.
    public init(
        settings: VirtualSettings = VirtualSettings(), siblings: [any Transport],
        make: @escaping @Sendable (_ retries: Bool) throws(SystemError) -> [any Transport]
    ) throws(SystemError) {
        parser = VirtualSocketParser(transports: siblings)
        groups = GroupTable(settings)
        patient = MemberTransports { () throws(SystemError) in try make(true) }
        brisk = MemberTransports { () throws(SystemError) in try make(false) }
        let courier = try VirtualCourier(
            members: brisk, groups: groups, settings: settings)
        engine = DeliveryEngine("virtual", courier: courier, settings: settings.delivery)
    }

    /// See `Transport`. The grammar is `VirtualSocketParser`'s.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket { try parser.parse(text) }

    /// See `Transport`.
    public func attach(to ledger: any DeliveryLedger) {
        engine.attach(to: ledger)
        let groups = ParallelGroups(ledger, members: patient)
        parallel.withLock { $0 = groups }
    }

    /// See `Transport`.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        let parallel = parallel.withLock { $0 }
        var queued: [Target] = []
        var places: [Int] = []
        for (place, target) in zip(outcomes.indices, targets) {
            if let group = target.detail?.target as? VirtualTarget, group.policy == .parallel {
                outcomes[place] =
                    parallel?.deliver(occurrence, to: group, for: target.subscription)
                    ?? .dropped(.stopped)
            } else {
                queued.append(target)
                places.append(place)
            }
        }
        if queued.isEmpty { return }
        // What the queue counts by; most members send these very bytes.
        let payload = occurrence.payload(.json, encode: NotificationFormat.json)
        var results = [Outcome](repeating: .delivered, count: queued.count)
        engine.deliver(occurrence, to: queued[...], outcomes: &results) { _ in payload }
        for (place, result) in zip(places, results) { outcomes[place] = result }
    }

    /// See `Transport`: every member of a PARALLEL group, of the others the one that is tried first.
    public func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        guard let group = target.detail?.target as? VirtualTarget else {
            return [
                DeliveryForecast(nil, .fail(.system), words: "Its socket is another transport's.")
            ]
        }
        guard group.policy != .parallel else {
            return group.members.indices.map {
                forecast(occurrence, at: $0, of: group, target, by: patient)
            }
        }
        let first = groups.order(of: group, now: Clock.boot(), turns: false)[0]
        let queue = engine.forecast(for: target) { _ in
            occurrence.payload(.json, encode: NotificationFormat.json)
        }
        var member = forecast(occurrence, at: first, of: group, target, by: brisk)
        // The queue is the group's, and so is the breaker.
        member.health = engine.health(of: target.socket)
        if queue.course != .send { (member.course, member.words) = (queue.course, queue.words) }
        return [member]
    }

    private func forecast(
        _ occurrence: Occurrence, at place: Int, of group: VirtualTarget, _ target: Target,
        by own: MemberTransports
    ) -> DeliveryForecast {
        let member = group.members[place]
        let made = own.made
        let transport =
            made.isEmpty
            ? parser.transports[member.transport] : made[member.transport]
        // No member is a group, so there is one.
        var forecast = transport.forecast(occurrence, for: member.target(target.subscription))[0]
        if own.isStopped { forecast = .stopped(forecast.payload) }
        forecast.member = DeliveryForecast.Member(socket: member.text, transport: transport.name)
        forecast.health = made.isEmpty ? DestinationHealth() : transport.health(of: member.socket)
        return forecast
    }

    /// See `Transport`. With how it goes at each member; of a PARALLEL group itself, at the worst
    /// of them.
    public func health(of socket: Socket) -> DestinationHealth? {
        guard let group = socket.detail?.target as? VirtualTarget else { return nil }
        let isParallel = group.policy == .parallel
        let transports = (isParallel ? patient : brisk).made
        let members = group.members.map { member in
            DestinationHealth.Member(
                socket: member.text,
                health: transports.isEmpty
                    ? nil : transports[member.transport].health(of: member.socket))
        }
        let worst = members.compactMap(\.health).max {
            $0.consecutiveFailures < $1.consecutiveFailures
        }
        let own = isParallel ? worst : engine.health(of: socket)
        var health = own ?? DestinationHealth()
        health.members = members
        return health
    }

    /// See `Transport`.
    public var healthVersion: UInt64 {
        (patient.made + brisk.made).reduce(engine.healthVersion) { $0 + $1.healthVersion }
    }

    /// See `QueueingTransport`. Those of members of PARALLEL groups, too, that are there; members
    /// of the others have no retries whatever is set.
    public func adjust(_ settings: DeliverySettings) {
        engine.adjust(settings)
        for transport in patient.made { (transport as? any QueueingTransport)?.adjust(settings) }
    }

    /// See `Transport`.
    public func stop(drainMilliseconds: Int) {
        engine.stop(drainMilliseconds: drainMilliseconds)
        // The courier has stopped its own where it ran.
        brisk.stop(drainMilliseconds: 0)
        patient.stop(drainMilliseconds: drainMilliseconds)
    }
}
