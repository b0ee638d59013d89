import EventCore
import Testing

@testable import Store

@Suite("Against a naive model")
struct ModelTests {
    @Test(
        "10,000 random changes, with restarts and crashes in between, leave what a dictionary holds"
    )
    func random() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SeededGenerator(state: seed)
        var scratch = Scratch()
        var store = try SubscriptionStore.open(scratch) { $0.checkpointPages = 30 }
        _ = try store.load()
        var core = Core(store)
        var model: [UInt64: StoredSubscription] = [:]
        var events: Set<String> = []
        var nextID: UInt64 = 1

        for step in 1...10_000 {
            switch Int.random(in: 0..<100, using: &generator) {
            case 0..<45:
                let new = randomSubscription(nextID, &generator)
                model[nextID] = new
                nextID += 1
                core.append(.put(new))
            case 45..<65:
                guard let id = model.keys.sorted().randomElement(using: &generator) else {
                    continue
                }
                let renewed = randomSubscription(id, &generator)
                model[id] = renewed
                core.append(.put(renewed))
            case 65..<85:
                guard let id = model.keys.sorted().randomElement(using: &generator) else {
                    continue
                }
                model[id] = nil
                core.append(.remove(id: id))
            case 85..<92:
                let ids = Array(model.keys.sorted().shuffled(using: &generator).prefix(5))
                for id in ids { model[id] = nil }
                core.append(.expired(ids: ids))
            case 92..<95:
                let name = "E_\(Int.random(in: 0..<50, using: &generator))"
                events.insert(name)
                core.append(.putEvent(name: name))
            default:
                store.flush()
            }
            guard step % 1_000 == 0 else { continue }

            if step % 2_000 == 0 {
                store.close()
            } else {
                store.flush()
                let image = try scratch.crashImage()
                store.close()
                scratch = image
            }
            store = try SubscriptionStore.open(scratch) { $0.checkpointPages = 30 }
            let loaded = try store.load()
            #expect(loaded.subscriptions == model.values.sorted { $0.id < $1.id }, "seed \(seed)")
            #expect(loaded.events == events.sorted(), "seed \(seed)")
            #expect(loaded.summary?.nextID == nextID, "seed \(seed)")
            #expect(core.errors == [] && core.open == [], "seed \(seed)")
            core = Core(store)
        }
        store.close()
    }

    private func number(_ generator: inout SeededGenerator) -> Int64 {
        Int64.random(in: 1...Int64.max, using: &generator)
    }

    private func randomSubscription(
        _ id: UInt64, _ generator: inout SeededGenerator
    ) -> StoredSubscription {
        StoredSubscription(
            id: id, event: "E_\(Int.random(in: 0..<50, using: &generator))",
            socket: "udp:127.0.0.1:\(Int.random(in: 1..<65_536, using: &generator))",
            deadline: Bool.random(using: &generator) ? nil : number(&generator),
            expire: Bool.random(using: &generator) ? nil : number(&generator),
            created: number(&generator))
    }
}
