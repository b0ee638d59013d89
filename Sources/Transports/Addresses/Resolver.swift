internal import Dispatch
public import EventCore
internal import Glibc
internal import Synchronization

/// Looks names up, off the event loops: `getaddrinfo` on a few threads of Dispatch, with a cache.
///
/// An answer is used for a minute; then the next question starts a new lookup and is meanwhile answered with the
/// old one, so a receiver that moved is found and a name server that fell silent stops nobody.
public final class Resolver: Sendable {
    /// What a lookup came to; empty when the name has no address.
    public typealias Lookup = @Sendable (String) -> [IPAddress]

    /// How long answers are good and how much is kept.
    public struct Limits: Sendable {
        /// How long addresses are used without a new lookup.
        public var knownMilliseconds: Int64 = 60_000
        /// How long a name without address is not looked up again.
        public var unknownMilliseconds: Int64 = 5_000
        /// Lookups under way at a time; each may block a thread for as long as the name server is silent.
        public var lookupsMax = 8
        /// Names in the cache; the cache is emptied of answered names when one more comes.
        public var namesMax = 10_000

        /// The defaults.
        public init() {}
    }

    private struct Entry {
        var addresses: [IPAddress]?
        var goodUntil: Int64 = 0
        var isAsking = false
        var waiting: [@Sendable ([IPAddress]) -> Void] = []
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var asking: [String] = []
        var underWay = 0
    }

    private let limits: Limits
    private let lookup: Lookup
    private let clock: @Sendable () -> Moment
    private let state = Lock(State())
    private let queue = DispatchQueue(label: "carillon.resolver", attributes: .concurrent)

    /// A resolver; `lookup` blocks until it knows, `clock` tells the age of answers.
    public init(
        limits: Limits = Limits(), clock: @escaping @Sendable () -> Moment,
        lookup: @escaping Lookup = Resolver.system
    ) {
        self.limits = limits
        self.clock = clock
        self.lookup = lookup
    }

    /// The addresses of `name` if they are known (empty: it has none). nil when it has to be looked up first: then
    /// `whenKnown` is called once, on a queue of the resolver. Never blocks.
    public func addresses(
        of name: String, whenKnown: @escaping @Sendable ([IPAddress]) -> Void
    ) -> [IPAddress]? {
        let now = clock().boot
        let known = state.withLock { state -> [IPAddress]? in
            if state.entries[name] == nil { makeRoom(&state) }
            var entry = state.entries[name] ?? Entry()
            let isFresh = entry.addresses != nil && now < entry.goodUntil
            if !isFresh && !entry.isAsking {
                entry.isAsking = true
                state.asking.append(name)
            }
            if entry.addresses == nil { entry.waiting.append(whenKnown) }
            state.entries[name] = entry
            return entry.addresses
        }
        startLookups()
        return known
    }

    /// `getaddrinfo` for datagrams and streams alike.
    public static let system: Lookup = { name in
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [IPAddress] = []
        var next = list
        while let entry = next {
            if let address = entry.pointee.ai_addr.flatMap({ IPAddress(UnsafePointer($0)) }) {
                addresses.append(address)
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }

    private func makeRoom(_ state: inout State) {
        guard state.entries.count >= limits.namesMax else { return }
        state.entries = state.entries.filter { $0.value.isAsking }
    }

    private func startLookups() {
        while let name = state.withLock({ state -> String? in
            guard state.underWay < limits.lookupsMax, !state.asking.isEmpty else { return nil }
            state.underWay += 1
            return state.asking.removeFirst()
        }) {
            queue.async { self.look(up: name) }
        }
    }

    private func look(up name: String) {
        let addresses = lookup(name)
        let now = clock().boot
        let waiting = state.withLock { state -> [@Sendable ([IPAddress]) -> Void] in
            state.underWay -= 1
            var entry = state.entries[name] ?? Entry()
            // A name that had addresses keeps them while its name server does not answer.
            if !addresses.isEmpty || entry.addresses == nil { entry.addresses = addresses }
            let good = addresses.isEmpty ? limits.unknownMilliseconds : limits.knownMilliseconds
            entry.goodUntil = now + good * 1_000_000
            entry.isAsking = false
            let waiting = entry.waiting
            entry.waiting = []
            state.entries[name] = entry
            return waiting
        }
        for body in waiting { body(addresses) }
        startLookups()
    }
}
