import EventCore
import Foundation
import Testing

@testable import Store

@Suite("When nothing can be written")
struct FailureTests {
    let scratch = Scratch()

    @Test(
        "a full disk fails what waits, keeps what was acknowledged, and is over when there is room")
    func full() throws {
        // SQLite's own limit on pages fails as a full disk does: SQLITE_FULL from within a transaction.
        let store = try SubscriptionStore.open(scratch) { $0.databaseBytesMax = 20 * 4_096 }
        _ = try store.load()
        let core = Core(store)
        // Ids are the numbers of their changes. How a burst splits into groups is chance; what the store said
        // of each change is what must hold.
        var id: UInt64 = 0
        func burst() {
            core.put(id + 1...id + 50)
            id += 50
            store.flush()
        }
        while core.errors.isEmpty, id < 100_000 { burst() }
        #expect(core.errors.first == .full)
        #expect(core.open == [])
        #expect((core.committed + core.takenBack).sorted() == Array(1...id))
        #expect(store.statistics.failures == UInt64(core.errors.count))
        #expect(store.statistics.lastError?.contains("full") == true)
        #expect(try stored(scratch.crashImage()).ids == core.committed)

        // Still full, and still alive: more fails, what makes room succeeds, then there is room.
        var failures = core.errors.count
        burst()
        #expect(core.errors.count > failures)
        #expect(Set(core.errors.map(String.init(describing:))) == ["full"])
        failures = core.errors.count
        let kept = core.committed.filter { $0 > 500 }
        for gone in 1...500 as ClosedRange<UInt64> { core.append(.remove(id: gone)) }
        store.flush()
        core.put(id + 1_001...id + 1_050)
        store.flush()
        #expect(core.errors.count == failures)
        store.close()
        #expect(try stored(scratch).ids == kept + Array(id + 1_001...id + 1_050))
    }

    @Test("a lock of another program fails changes in its own words, and is over with the lock")
    func busy() throws {
        let store = try SubscriptionStore.open(scratch) { $0.busyMilliseconds = 0 }
        _ = try store.load()
        let core = Core(store)
        core.put(1...2)
        store.flush()
        let other = try operatorConnection(scratch)
        try other.execute("BEGIN IMMEDIATE")
        core.append(.remove(id: 1))
        store.flush()
        #expect(core.errors == [.unavailable("database is locked")])
        try other.execute("ROLLBACK")
        core.put(3...3)
        store.flush()
        #expect(core.errors.count == 1)
        other.close()
        store.close()
        #expect(try stored(scratch).ids == [1, 2, 3])
    }

    @Test("everything queued behind the failure is abandoned: nothing of it is ever committed")
    func abandoned() throws {
        let store = try SubscriptionStore.open(scratch) { $0.busyMilliseconds = 0 }
        _ = try store.load()
        // Unsafe but right, because the writer's queue uses it only while this thread waits in `flush`.
        nonisolated(unsafe) let other = try operatorConnection(scratch)
        try other.execute("BEGIN IMMEDIATE")
        let core = Core(store) { _ in
        } onFailed: { core in
            // Another thread's change, between the failed transaction and the core's lock.
            if core.errors.isEmpty {
                core.put(2...2)
                try? other.execute("ROLLBACK")
            }
        }
        core.put(1...1)
        store.flush()
        #expect(core.takenBack == [2, 1])
        core.put(3...3)
        store.flush()
        #expect(core.committed == [3])
        other.close()
        store.close()
        #expect(try stored(scratch).ids == [3])
    }

    @Test("deletions of expired subscriptions outlive the failure, and are made good")
    func expiredIsKept() throws {
        let store = try SubscriptionStore.open(scratch) { $0.busyMilliseconds = 0 }
        _ = try store.load()
        let core = Core(store)
        core.put(1...10)
        store.flush()
        let other = try operatorConnection(scratch)
        try other.execute("BEGIN IMMEDIATE")
        core.append(.expired(ids: [1, 2]))
        store.flush()
        // Nobody waits for it, so nobody is told.
        #expect(core.errors == [])
        #expect(store.statistics.failures == 1)
        core.append(.expired(ids: [3]))
        core.put(11...11)
        store.flush()
        #expect(core.errors == [.unavailable("database is locked")])
        #expect(store.statistics.expiredWaiting == 3)
        try other.execute("ROLLBACK")
        core.put(12...12)
        store.flush()
        #expect(store.statistics.expiredWaiting == 0)
        other.close()
        store.close()
        #expect(try stored(scratch).ids == Array(4...10) + [12])
    }

    @Test("no more expired subscriptions wait than the limit; the next start deletes the others")
    func expiredIsBounded() throws {
        let store = try SubscriptionStore.open(scratch) {
            $0.busyMilliseconds = 0
            $0.expiredWaitingMax = 5
        }
        _ = try store.load()
        let core = Core(store)
        core.put(1...10)
        store.flush()
        let other = try operatorConnection(scratch)
        try other.execute("BEGIN IMMEDIATE")
        for id in 1...8 as ClosedRange<UInt64> {
            core.append(.expired(ids: [id]))
            store.flush()
        }
        #expect(store.statistics.expiredWaiting == 5)
        #expect(store.statistics.expiredForgotten == 3)
        other.close()
        store.close()
        #expect(try stored(scratch, now: 1).ids.count == 5)
        #expect(try stored(scratch, now: 3_000_000).ids.count == 0)
    }

    @Test("a database that was moved away takes no more changes: no restart would find them")
    func moved() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let core = Core(store)
        core.put(1...1)
        store.flush()
        try FileManager.default.moveItem(
            atPath: scratch.database, toPath: scratch.database + ".old")
        core.put(2...2)
        store.flush()
        guard case .unavailable(let sentence)? = core.errors.first else {
            Issue.record("\(core.errors)")
            return
        }
        #expect(sentence.contains("moved or deleted"))
        try FileManager.default.moveItem(
            atPath: scratch.database + ".old", toPath: scratch.database)
        core.put(3...3)
        store.flush()
        #expect(core.committed == [1, 3])
        store.close()
        #expect(try stored(scratch).ids == [1, 3])
    }

    @Test("after closing every change fails, and says why")
    func afterClose() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let core = Core(store)
        store.close()
        core.put(1...1)
        store.flush()
        #expect(core.errors == [.unavailable("the store is closed")])
        #expect(try stored(scratch).ids == [])
    }

    @Test("room that is missing is told apart from other errors")
    func classification() {
        func failure(_ code: Int32, _ system: Int32) -> JournalError {
            SQLiteFailure(code: code, systemError: system, message: "words").journalError
        }
        let ioError: Int32 = 10
        #expect(failure(13, 0) == .full)
        #expect(failure(ioError | 3 << 8, ENOSPC) == .full)
        #expect(failure(ioError | 4 << 8, EDQUOT) == .full)
        #expect(failure(ioError | 19 << 8, 0) == .full)
        #expect(failure(ioError | 4 << 8, EIO) == .unavailable("words"))
        #expect(failure(5, 0) == .unavailable("words"))
    }
}
