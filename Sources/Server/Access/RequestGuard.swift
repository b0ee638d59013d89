internal import EventCore
internal import Net
internal import Synchronization
internal import WireFormats

/// Keeps clients within their limits, and tells of those that flood by `E_PIKE_BLOCKED`, as the module pike of OpenSIPS
/// does. Exists only where a limit is set.
final class RequestGuard: Sendable {
    private struct State {
        var limits: ClientLimits
        var limited = 0
        var refused = 0
        var blocks = 0
    }

    private let state: Lock<State>
    private let pike: EventModule

    /// nil where the settings limit nothing. Publishes the event.
    init?(_ settings: Settings, on interface: EventInterface) throws(StartError) {
        guard settings.rateLimit > 0 || settings.floodLimit > 0 else { return nil }
        state = Lock(
            State(
                limits: ClientLimits(
                    rate: settings.rateLimit, flood: settings.floodLimit,
                    blockSeconds: settings.floodBlockSeconds)))
        do throws(CommandError) {
            pike = try EventModule(
                "pike", on: interface,
                events: [
                    .init(
                        "E_PIKE_BLOCKED", params: ["ip"],
                        summary: "An IP address passed the flood limit.")
                ])
        } catch {
            throw StartError("The flood guard's event cannot be published: \(error.message)")
        }
    }

    /// Throws 429 where the address of this request is blocked, or is from now on. Callers on UNIX sockets never are:
    /// they have no address to be told of.
    func checkFlood(_ request: borrowing HTTPRequest) throws(Problem) {
        guard let address = request.peer.networkAddress else { return }
        let now = request.received
        let verdict = state.withLock { state in
            let verdict = state.limits.checkFlood(ClientLimits.Client(address), at: now.boot)
            if case .blocked(_, let isNew) = verdict {
                state.refused += 1
                if isNew { state.blocks += 1 }
            }
            return verdict
        }
        guard case .blocked(let seconds, let isNew) = verdict else { return }
        if isNew { tell(of: address, at: now) }
        var problem = Problem(
            429, "client_blocked", "This address sent too many requests and is blocked for a while."
        )
        problem.retryAfterSeconds = seconds
        problem.closes = true
        throw problem
    }

    /// Throws 429 where this client asks faster than it may: by its name, or by its address where it has none.
    func checkRate(
        _ request: borrowing HTTPRequest, by identity: Identity?
    ) throws(Problem) {
        let client: ClientLimits.Client
        if let name = identity?.name {
            client = .name(name)
        } else if let address = request.peer.networkAddress {
            client = ClientLimits.Client(address)
        } else {
            client = .name("")
        }
        let now = request.received.boot
        let verdict = state.withLock { state in
            let verdict = state.limits.checkRate(client, at: now)
            if verdict != .admitted { state.limited += 1 }
            return verdict
        }
        guard case .limited(let seconds) = verdict else { return }
        var problem = Problem(
            429, "rate_limited",
            "More requests a second than one client may send; the setting is rate-limit.")
        problem.retryAfterSeconds = seconds
        throw problem
    }

    /// What `get_statistics` shows of it.
    var statistics: [Statistic] {
        let (limited, refused, blocks) = state.withLock { ($0.limited, $0.refused, $0.blocks) }
        return [
            Statistic(group: "pike", name: "limited", value: Int64(limited)),
            Statistic(group: "pike", name: "refused", value: Int64(refused)),
            Statistic(group: "pike", name: "blocked", value: Int64(blocks)),
        ]
    }

    private func tell(of address: IPAddress, at now: Moment) {
        // Its only errors are for an event or values that are not in the table above.
        _ = try? pike.raise("E_PIKE_BLOCKED", [.string(address.description)], at: now)
    }
}
