import EventCore
import Testing

@testable import Store

@Suite("The inbox decides what goes into the next transaction")
struct InboxTests {
    @Test("only the change that finds the writer asleep wakes it")
    func wakes() {
        var inbox = Inbox(expiredMax: 10, expiredPerGroup: 4)
        var woke: [Bool] = []
        woke.append(inbox.add(.remove(id: 1), number: 1))
        woke.append(inbox.add(.remove(id: 2), number: 2))
        let first = inbox.takeGroup()
        woke.append(inbox.add(.remove(id: 3), number: 3))
        let second = inbox.takeGroup()
        let none = inbox.takeGroup()
        woke.append(inbox.add(.remove(id: 4), number: 4))

        #expect(woke == [true, false, false, true])
        #expect(first?.changes.count == 2)
        #expect(second?.through == 3)
        #expect(none == nil)
    }

    @Test("after a failure deletions go alone, once changes succeed, and never hold changes up")
    func expiryAfterFailure() throws {
        var inbox = Inbox(expiredMax: 10, expiredPerGroup: 4)
        _ = inbox.add(.expired(ids: [1, 2]), number: 1)
        _ = inbox.add(.remove(id: 9), number: 2)
        let together = inbox.takeGroup()
        #expect(together?.changes.count == 1)
        #expect(together?.expired == [1, 2])
        #expect(together?.through == 2)
        inbox.failed(try #require(together))
        inbox.abandon()
        let nothing = inbox.takeGroup()
        #expect(nothing == nil)

        _ = inbox.add(.remove(id: 8), number: 3)
        let changes = inbox.takeGroup()
        #expect(changes?.changes.count == 1)
        #expect(changes?.expired == [])
        _ = inbox.add(.remove(id: 7), number: 4)
        inbox.succeeded(try #require(changes))
        let alone = inbox.takeGroup()
        #expect(alone?.changes.isEmpty == true)
        #expect(alone?.expired == [1, 2])
        // A change waits, so nothing up to its number may be reported yet.
        #expect(alone?.through == nil)
        inbox.failed(try #require(alone))
        let next = inbox.takeGroup()
        #expect(next?.changes.count == 1)
        #expect(inbox.expiredWaiting == 2)
    }

    @Test("deletions go in portions, and no more wait than the limit")
    func portions() {
        var inbox = Inbox(expiredMax: 10, expiredPerGroup: 4)
        _ = inbox.add(.expired(ids: Array(1...12)), number: 1)
        #expect(inbox.expiredWaiting == 10)
        #expect(inbox.expiredForgotten == 2)
        var portions: [Int] = []
        while let group = inbox.takeGroup() {
            portions.append(group.expired.count)
            inbox.succeeded(group)
        }
        #expect(portions == [4, 4, 2])
    }
}
