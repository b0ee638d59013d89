internal import Dispatch
public import EventCore
internal import Net
internal import Synchronization
public import WireFormats

/// Looks names up off the threads that ask, and remembers the answers for a while.
///
/// A known answer comes at once. When it gets old it is looked up again in the background and used
/// until then; when name servers fall silent the last known addresses stay in use for
/// `staleSeconds`. A silent server holds up nobody who asks for another name. Any thread; nothing
/// blocks but the lookups, each on a thread of its own.
public final class Resolver: Sendable {
    /// Everything that outside data could make large or slow, with its limit. All are settings.
    public struct Limits: Sendable {
        /// How long an address is used before it is looked up again.
        public var positiveSeconds: Int64 = 60
        /// How long a name without address is not looked up again.
        public var negativeSeconds: Int64 = 5
        /// How long an address stays in use while name servers do not answer.
        public var staleSeconds: Int64 = 3_600
        /// Lookups at a time, slow ones not counted.
        public var lookupsMax = 4
        /// Lookups at a time, each a thread, slow ones counted.
        public var threadsMax = 32
        /// A lookup that takes longer is slow.
        public var slowMilliseconds = 1_000
        /// Who waits for an answer waits no longer; the lookup goes on.
        public var giveUpMilliseconds = 5_000
        /// Names remembered.
        public var namesMax = 10_000
        /// Names that are being looked up or wait for it; for one more the answer is `.unresolved`.
        public var pendingMax = 10_000
        /// Addresses kept of one name.
        public var addressesMax = 16

        /// The defaults.
        public init() {}
    }

    /// What became of a name.
    public enum Answer: Sendable, Equatable {
        /// Its addresses in the system's order (RFC 6724); at least one.
        case addresses([IPAddress])
        /// It has none, or name servers did not say in time.
        case unresolved
    }

    /// Why a lookup gave no address.
    public enum LookupFailure: Error, Sendable {
        /// There is no such name, or it has no address.
        case notFound
        /// Name servers did not answer, or not usably.
        case temporary
    }

    /// Looks one name up; may block for seconds. `SystemLookup.addresses` in production.
    public typealias Lookup = @Sendable (String) -> Result<[IPAddress], LookupFailure>

    private let limits: Limits
    private let lookup: Lookup
    private let clock: @Sendable () -> Moment
    private let timers = DispatchQueue(label: "carillon.resolver.timers")
    private let table: Lock<NameTable>

    /// A resolver that knows nothing yet. `clock` tells the age of answers.
    public init(
        limits: Limits = Limits(), clock: @escaping @Sendable () -> Moment,
        lookup: @escaping Lookup = SystemLookup.addresses
    ) {
        self.limits = limits
        self.clock = clock
        self.lookup = lookup
        table = Lock(NameTable(limits: limits))
    }

    /// The answer, if it can be given at once; otherwise a lookup has been started and nil is
    /// returned. `name` in lower case.
    public func known(_ name: String) -> Answer? {
        let now = clock().boot
        let (answer, starts) = table.withLock { table in
            (table.answer(name, now: now), table.start())
        }
        begin(starts)
        return answer
    }

    /// Calls `waiter` once with the answer: at once on this thread if it is known, else later on
    /// another, after `giveUpMilliseconds` at the latest. `name` in lower case.
    public func resolve(_ name: String, _ waiter: @escaping @Sendable (Answer) -> Void) {
        let now = clock().boot
        let (answer, wait, starts) = table.withLock { table in
            let answer = table.answer(name, now: now)
            let wait = answer == nil ? table.wait(for: name, waiter) : nil
            return (answer, wait, table.start())
        }
        begin(starts)
        if let answer { return waiter(answer) }
        guard let wait else { return }
        timers.asyncAfter(deadline: .now() + .milliseconds(limits.giveUpMilliseconds)) {
            [weak self] in
            self?.giveUp(name, wait)
        }
    }

    private func begin(_ starts: [NameTable.Start]) {
        for start in starts {
            // A serial queue of its own is a thread of its own: lookups block, and must not take
            // those of others.
            DispatchQueue(label: "carillon.resolver.lookup").async { [self] in
                finish(start, lookup(start.name))
            }
            timers.asyncAfter(deadline: .now() + .milliseconds(limits.slowMilliseconds)) {
                [weak self] in
                self?.slowedDown(start.number)
            }
        }
    }

    private func finish(_ start: NameTable.Start, _ result: Result<[IPAddress], LookupFailure>) {
        let now = clock().boot
        let (ended, starts) = table.withLock { table in
            (table.finish(start, result, now: now), table.start())
        }
        begin(starts)
        for waiter in ended.1 { waiter(ended.0) }
    }

    private func slowedDown(_ number: UInt64) {
        begin(
            table.withLock { table in
                table.slowedDown(number)
                return table.start()
            })
    }

    private func giveUp(_ name: String, _ wait: UInt64) {
        let now = clock().boot
        for waiter in table.withLock({ $0.giveUp(name, wait: wait, now: now) }) {
            waiter(.unresolved)
        }
    }
}
