import EventCore
import RouteScript
import TestSupport
import Testing

@Suite struct LocalCacheTests {
    private let start = Moment(boot: 5, wall: 0)

    private func key(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test("a value is there until its deadline, or for ever, or until it is removed")
    func expiry() {
        let cache = KeptCache()
        #expect(cache.store("local", key("a"), .integer(1), expire: 2, now: start))
        #expect(cache.store("local", key("b"), .integer(2), expire: nil, now: start))
        let before = Moment(boot: start.boot + 1_999_999_999, wall: 0)
        #expect(cache.fetch("local", key("a"), now: before) == .integer(1))
        let after = start.advanced(bySeconds: 2)
        #expect(cache.fetch("local", key("a"), now: after) == nil)
        #expect(!cache.remove("local", key("a"), now: after))
        let late = start.advanced(bySeconds: 1_000_000_000)
        #expect(cache.fetch("local", key("b"), now: late) == .integer(2))
        #expect(cache.remove("local", key("b"), now: late))
        #expect(!cache.remove("local", key("b"), now: late))
        #expect(cache.count == 0)
        #expect(cache.bytes == 0)
    }

    @Test("a store replaces the value and its deadline, and caches do not see each other's keys")
    func replacing() {
        let cache = KeptCache()
        #expect(cache.store("local", key("a"), .integer(1), expire: 1, now: start))
        #expect(cache.store("local", key("a"), ScriptValue("x"), expire: 10, now: start))
        #expect(cache.store("local:group", key("a"), .integer(2), expire: nil, now: start))
        let later = start.advanced(bySeconds: 5)
        // What waited for the first deadline must not take the second store away.
        #expect(cache.store("local", key("z"), .integer(0), expire: nil, now: later))
        #expect(cache.fetch("local", key("a"), now: later) == ScriptValue("x"))
        #expect(cache.fetch("local:group", key("a"), now: later) == .integer(2))
        #expect(!cache.store("local", key("a"), .null, expire: nil, now: later))
        #expect(cache.fetch("local", key("a"), now: later) == ScriptValue("x"))
    }

    @Test("limits refuse what is new, until what is at its deadline makes room")
    func limits() {
        var limits = LocalCacheLimits()
        limits.entriesMax = 2
        limits.bytesMax = 40
        let cache = KeptCache(limits: limits)
        #expect(cache.store("local", key("a"), .integer(1), expire: 1, now: start))
        #expect(cache.store("local", key("b"), .integer(1), expire: nil, now: start))
        #expect(!cache.store("local", key("c"), .integer(1), expire: nil, now: start))
        #expect(cache.store("local", key("b"), .integer(2), expire: nil, now: start))
        let later = start.advanced(bySeconds: 1)
        #expect(cache.store("local", key("c"), .integer(1), expire: nil, now: later))
        #expect(cache.count == 2)
        // 5 + 1 + 8 bytes each; a third of these has 12 bytes left for it all.
        let text = ScriptValue(String(repeating: "x", count: 21))
        #expect(!cache.store("local", key("b"), text, expire: nil, now: later))
        #expect(cache.fetch("local", key("b"), now: later) == .integer(2))
        #expect(cache.remove("local", key("c"), now: later))
        #expect(cache.store("local", key("b"), text, expire: nil, now: later))
        #expect(cache.bytes == 27)
    }

    @Test(
        "it is what a naive cache is, whatever is done in whatever order",
        arguments: 1...5 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let cache = KeptCache()
        var model: [UInt8: (value: Int64, deadline: Int64?)] = [:]
        var now = start
        for step in 0..<5_000 {
            let name = UInt8.random(in: 0..<20, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let expire: Int64? = random.oneIn(4) ? nil : .random(in: 0...5, using: &random)
                #expect(
                    cache.store("local", [name], .integer(Int64(step)), expire: expire, now: now))
                model[name] = (Int64(step), expire.map { now.boot + $0 * 1_000_000_000 })
            case 1:
                let isThere = model[name].map { $0.deadline ?? .max > now.boot } ?? false
                #expect(cache.remove("local", [name], now: now) == isThere)
                model[name] = nil
            case 2: now = now.advanced(bySeconds: Int64.random(in: 0...1, using: &random))
            default:
                let entry = model[name].flatMap { $0.deadline ?? .max > now.boot ? $0 : nil }
                #expect(
                    cache.fetch("local", [name], now: now) == entry.map { .integer($0.value) })
            }
        }
        #expect(cache.count <= 20)
        #expect(cache.bytes == cache.count * 14)
    }
}

/// A cache as its owner has it: `#expect` cannot call what changes a value.
private final class KeptCache {
    private var cache: LocalCache

    init(limits: LocalCacheLimits = LocalCacheLimits()) {
        cache = LocalCache(limits: limits)
    }

    var count: Int { cache.count }
    var bytes: Int { cache.bytes }

    func store(
        _ name: String, _ key: [UInt8], _ value: ScriptValue, expire: Int64?, now: Moment
    ) -> Bool {
        cache.store(name, key, value, expire: expire, now: now)
    }

    func fetch(_ name: String, _ key: [UInt8], now: Moment) -> ScriptValue? {
        cache.fetch(name, key, now: now)
    }

    func remove(_ name: String, _ key: [UInt8], now: Moment) -> Bool {
        cache.remove(name, key, now: now)
    }
}
