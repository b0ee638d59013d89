internal import EventCore
internal import Net
internal import Synchronization

/// Transports of a group's own, one of each kind that members may have. Made at the first delivery:
/// most services have no such groups.
final class MemberTransports: Sendable {
    private let make: @Sendable () throws(SystemError) -> [any Transport]
    private let state = Lock(State.none)

    private enum State {
        case none
        case made([any Transport])
        case stopped
    }

    init(_ make: @escaping @Sendable () throws(SystemError) -> [any Transport]) {
        self.make = make
    }

    /// All of them, their results going to `ledger`; nil once they were stopped. Throws where the
    /// process has no descriptor or memory left for them: the next call tries again.
    func ready(for ledger: @autoclosure () -> any DeliveryLedger) throws(SystemError)
        -> [any Transport]?
    {
        switch state.withLock({ $0 }) {
        case .made(let transports): return transports
        case .stopped: return nil
        case .none: break
        }
        // One thread delivers at a time, so nobody makes them twice.
        let transports = try make()
        let ledger = ledger()
        for transport in transports { transport.attach(to: ledger) }
        let isLate = state.withLock { state in
            if case .stopped = state { return true }
            state = .made(transports)
            return false
        }
        guard isLate else { return transports }
        for transport in transports { transport.stop(drainMilliseconds: 0) }
        return nil
    }

    /// Those there are by now.
    var made: [any Transport] {
        if case .made(let transports) = state.withLock({ $0 }) { transports } else { [] }
    }

    /// Whether there will be none any more.
    var isStopped: Bool {
        if case .stopped = state.withLock({ $0 }) { true } else { false }
    }

    /// Stops them, one after the other, in `drainMilliseconds` together; all results have been told
    /// when it returns.
    func stop(drainMilliseconds: Int) {
        let transports = state.withLock { state -> [any Transport] in
            defer { state = .stopped }
            if case .made(let transports) = state { return transports }
            return []
        }
        let end = Clock.boot() + Int64(drainMilliseconds) * 1_000_000
        for transport in transports {
            let left = Int((end - Clock.boot()) / 1_000_000)
            transport.stop(drainMilliseconds: max(0, left))
        }
    }
}
