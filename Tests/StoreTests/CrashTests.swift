import EventCore
import Foundation
import Synchronization
import Testing

@testable import Store

@Suite("After a crash")
struct CrashTests {
    let scratch = Scratch()

    @Test("a copy taken at any moment holds every change acknowledged before it, and no half group")
    func images() throws {
        // No checkpoint: then the database does not change, the log only grows, and a copy of both is what a
        // crash at that moment leaves, with a torn end.
        let store = try SubscriptionStore.open(scratch) { $0.checkpointPages = 0 }
        _ = try store.load()
        let core = Core(store)
        let isDone = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            for id in 1...3_000 as ClosedRange<UInt64> {
                core.append(.put(subscription(id)))
                if id > 10 { core.append(.remove(id: id - 10)) }
                if id % 3 == 0 { store.flush() }
            }
            isDone.signal()
        }
        var images = 0
        while isDone.wait(timeout: .now()) == .timedOut {
            let acknowledged = core.committed.count
            let image = try scratch.crashImage()
            let ids = try stored(image).ids
            // Changes 1...10 put; then put and remove take turns.
            let newest = acknowledged <= 10 ? acknowledged : 10 + (acknowledged - 10 + 1) / 2
            let removed = acknowledged <= 10 ? 0 : (acknowledged - 10) / 2
            let last = Int(ids.last ?? 0)
            #expect(last >= newest)
            #expect(Int(ids.first ?? 1) > removed)
            // No gap: what is there is a prefix of the history.
            if let first = ids.first {
                #expect(ids == Array(first...first + UInt64(ids.count) - 1))
            }
            images += 1
        }
        store.close()
        #expect(images > 0)
        #expect(core.errors == [])
        #expect(try stored(scratch).ids == Array(2_991...3_000))
    }

    @Test("a log cut off at any byte loses whole groups from its end, never part of one")
    func tornLog() throws {
        let store = try SubscriptionStore.open(scratch)
        _ = try store.load()
        let ends = Lock<Set<Int>>([0])
        let core = Core(store) { number in ends.withLock { _ = $0.insert(Int(number)) } }
        for round in 0..<8 as Range<UInt64> {
            core.put(round * 5 + 1...round * 5 + 5)
            store.flush()
        }
        let image = try scratch.crashImage()
        store.close()
        let database = bytes(image.database)
        let log = bytes(image.database + "-wal")
        var generator = SeededGenerator(state: 20_260_101)
        var last = -1
        for cut in (0..<40).map({ _ in Int.random(in: 1...log.count, using: &generator) }).sorted()
        {
            let torn = Scratch()
            try FileManager.default.createDirectory(
                atPath: torn.state, withIntermediateDirectories: true)
            write(database, to: torn.database)
            write(Array(log.prefix(cut)), to: torn.database + "-wal")
            let ids = try stored(torn).ids
            #expect(ends.withLock { $0 }.contains(ids.count))
            #expect(ids == Array((1...40).prefix(ids.count)))
            #expect(ids.count >= last)
            last = ids.count
        }
    }
}
