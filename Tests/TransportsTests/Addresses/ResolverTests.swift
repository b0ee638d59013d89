import Dispatch
import EventCore
import Synchronization
import TestSupport
import Testing
import WireFormats

@testable import Transports

@Suite("Resolver")
struct ResolverTests {
    let clock = ManualClock()
    let servers = NameServers()

    private func resolver(_ change: (inout Resolver.Limits) -> Void = { _ in }) -> Resolver {
        var limits = Resolver.Limits()
        change(&limits)
        return Resolver(limits: limits, clock: { [clock] in clock.now }, lookup: servers.look)
    }

    /// Waits for the answer; nil when none came.
    private func ask(_ resolver: Resolver, _ name: String) -> Resolver.Answer? {
        let box = Box()
        resolver.resolve(name) { given in box.set(given) }
        return box.wait()
    }

    private final class Box: Sendable {
        private let value = Lock<Resolver.Answer?>(nil)
        private let semaphore = DispatchSemaphore(value: 0)

        func set(_ answer: Resolver.Answer) {
            value.withLock { $0 = answer }
            semaphore.signal()
        }

        func wait() -> Resolver.Answer? {
            _ = semaphore.wait(timeout: .now() + 20)
            return value.withLock { $0 }
        }
    }

    private let one = IPAddress.v4(0x0A00_0001)
    private let two = IPAddress.v4(0x0A00_0002)

    @Test("the first question is looked up, later ones are answered at once")
    func cached() {
        servers.set("h", .success([one]))
        let resolver = resolver()
        #expect(resolver.known("h") == nil)
        #expect(ask(resolver, "h") == .addresses([one]))
        #expect(resolver.known("h") == .addresses([one]))
        #expect(servers.asked == ["h"])
    }

    @Test("an old answer is used while the name is looked up again, and replaced by the new one")
    func refreshed() {
        servers.set("h", .success([one]))
        let resolver = resolver()
        _ = ask(resolver, "h")
        _ = servers.waitForQuestion()
        servers.set("h", .success([two]))
        servers.hang("h")
        clock.advance(seconds: 61)
        #expect(resolver.known("h") == .addresses([one]))
        #expect(servers.waitForQuestion())
        #expect(resolver.known("h") == .addresses([one]))
        servers.letGo("h")
        #expect(eventually { resolver.known("h") == .addresses([two]) })
        #expect(servers.asked.count == 2)
    }

    @Test("a name without address is asked for again after five seconds, not before")
    func negative() {
        let resolver = resolver()
        #expect(ask(resolver, "h") == .unresolved)
        clock.advance(seconds: 4)
        #expect(resolver.known("h") == .unresolved)
        #expect(servers.asked.count == 1)
        servers.set("h", .success([one]))
        clock.advance(seconds: 2)
        #expect(ask(resolver, "h") == .addresses([one]))
    }

    @Test("while name servers are silent the last addresses stay in use, for an hour")
    func stale() {
        servers.set("h", .success([one]))
        let resolver = resolver()
        _ = ask(resolver, "h")
        servers.set("h", .failure(.temporary))
        for _ in 0..<50 {
            clock.advance(seconds: 61)
            #expect(ask(resolver, "h") == .addresses([one]))
        }
        clock.advance(seconds: 3_600)
        #expect(ask(resolver, "h") == .unresolved)
    }

    @Test("a name that is gone is gone at the next lookup")
    func gone() {
        servers.set("h", .success([one]))
        let resolver = resolver()
        _ = ask(resolver, "h")
        servers.set("h", .failure(.notFound))
        clock.advance(seconds: 61)
        _ = resolver.known("h")
        #expect(eventually { resolver.known("h") == .unresolved })
    }

    @Test("names whose servers are silent hold up no other, however many they are")
    func isolation() {
        servers.set("good", .success([one]))
        let resolver = resolver {
            $0.slowMilliseconds = 20
            $0.giveUpMilliseconds = 200
        }
        let silent = (0..<12).map { "silent\($0)" }
        for name in silent { servers.hang(name) }
        for name in silent { _ = resolver.known(name) }
        #expect(ask(resolver, "good") == .addresses([one]))
        #expect(ask(resolver, silent[0]) == .unresolved, "who waits is told after a while")
        for name in silent { servers.letGo(name) }
    }

    @Test("no more lookups run at a time than threads are allowed, and none is forgotten")
    func threads() {
        let resolver = resolver {
            $0.lookupsMax = 2
            $0.threadsMax = 3
            $0.slowMilliseconds = 10
        }
        for name in ["a", "b", "c", "d"] { servers.hang(name) }
        for name in ["a", "b", "c", "d"] {
            servers.set(name, .success([one]))
            _ = resolver.known(name)
        }
        for _ in 0..<3 { #expect(servers.waitForQuestion()) }
        #expect(servers.asked.count == 3)
        servers.letGo("b")
        #expect(servers.waitForQuestion())
        for name in ["a", "c", "d"] { servers.letGo(name) }
        for name in ["a", "b", "c", "d"] {
            #expect(eventually { resolver.known(name) == .addresses([one]) })
        }
    }

    @Test("beyond the names that may wait the answer is a bad one at once")
    func bounded() {
        let resolver = resolver { $0.pendingMax = 2 }
        servers.hang("a")
        servers.hang("b")
        #expect(resolver.known("a") == nil)
        #expect(resolver.known("b") == nil)
        #expect(resolver.known("c") == .unresolved)
        servers.letGo("a")
        servers.letGo("b")
    }

    @Test("the system knows localhost")
    func system() throws {
        let addresses = try SystemLookup.addresses("localhost").get()
        #expect(!addresses.isEmpty)
        #expect(addresses.allSatisfy { $0.isLoopback })
    }
}
