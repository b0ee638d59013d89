import EventCore
import Foundation
import Synchronization
import Testing

@testable import Store

@Suite("The store keeps what it is told")
struct JournalTests {
    let scratch = Scratch()

    @Test("what was put, renewed and removed is there again after a restart, in the order of ids")
    func survives() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let core = Core(store)
        for id in [3, 1, 2, 4] as [UInt64] { core.append(.put(subscription(id))) }
        core.append(.remove(id: 2))
        var renewed = subscription(1, deadline: 5_000_000)
        renewed.socket += "#format=lines"
        core.append(.put(renewed))
        core.append(.putEvent(name: "E_ZULU"))
        core.append(.putEvent(name: "E_ALPHA"))
        core.append(.putEvent(name: "E_ZULU"))
        store.close()

        let loaded = try stored(scratch)
        #expect(loaded.events == ["E_ALPHA", "E_ZULU"])
        #expect(loaded.subscriptions == [renewed, subscription(3), subscription(4)])
        let expected = LoadSummary(
            events: 2, subscriptions: 3, expired: 0, keys: 0, nextID: 5, excludesReaders: false)
        #expect(loaded.summary == expected)
    }

    @Test(
        "every text and every bound of a number comes back as it was",
        arguments: [
            StoredSubscription(
                id: 1, event: "E", socket: "unix:/tmp/\u{0}x", deadline: nil, expire: nil,
                created: 0),
            StoredSubscription(
                id: UInt64(Int64.max) - 1, event: "E_Ünï.code-1",
                socket: "udp:\u{1F514}" + String(repeating: "x", count: 8_000),
                deadline: Int64.max, expire: Int64.max, created: Int64.min),
        ])
    func exact(_ subscription: StoredSubscription) throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        Core(store).append(.put(subscription))
        store.close()
        #expect(try stored(scratch).subscriptions == [subscription])
    }

    @Test("a change is on disk before its number is reported")
    func acknowledgedIsDurable() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let missing = Lock<[UInt64]>([])
        let core = Core(store) { [scratch] number in
            // Here the writer stands still: a copy is what kill -9 would leave.
            let image = try? scratch.crashImage()
            let ids = image.flatMap { try? stored($0).ids } ?? []
            if ids != Array(1...number) { missing.withLock { $0.append(number) } }
        }
        for id in 1...20 as ClosedRange<UInt64> {
            core.put(id...id)
            store.flush()
        }
        #expect(core.committed == Array(1...20))
        #expect(missing.withLock { $0 } == [])
        store.close()
    }

    @Test("all changes that wait share one commit, reported once")
    func groups() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let isHeld = DispatchSemaphore(value: 0)
        let mayGoOn = DispatchSemaphore(value: 0)
        let reports = Lock<[UInt64]>([])
        let core = Core(store) { number in
            reports.withLock { $0.append(number) }
            if number == 1 {
                isHeld.signal()
                mayGoOn.wait()
            }
        }
        core.put(1...1)
        isHeld.wait()
        core.put(2...200)
        #expect(store.statistics.waiting == 199)
        mayGoOn.signal()
        store.flush()
        #expect(reports.withLock { $0 } == [1, 200])
        #expect(store.statistics.commits == 2)
        #expect(store.statistics.changes == 200)
        #expect(store.statistics.waiting == 0)
        store.close()
    }

    @Test(
        "expired subscriptions are deleted in portions, and subscribers' changes go with the first")
    func expiryInPortions() throws {
        let store = try SubscriptionStore.open(scratch) { $0.expiredPerCommit = 100 }
        _ = try store.load()
        let core = Core(store)
        core.put(1...1_000)
        store.flush()
        let before = store.statistics.commits
        core.append(.expired(ids: Array(1...999)))
        core.put(1_001...1_001)
        store.flush()
        #expect(store.statistics.commits - before >= 10)
        #expect(store.statistics.expiredWaiting == 0)
        store.close()
        #expect(try stored(scratch).ids == [1_000, 1_001])
    }

    @Test("the store does not keep its core alive")
    func clientIsWeak() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        weak var core: Core?
        do {
            let strong = Core(store)
            core = strong
            strong.put(1...1)
            store.flush()
        }
        #expect(core == nil)
        store.append(.put(subscription(2)), number: 2)
        store.close()
        #expect(try stored(scratch).ids == [1, 2])
    }
}
