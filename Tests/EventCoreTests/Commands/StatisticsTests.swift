import EventCore
import TestSupport
import Testing

@Suite struct StatisticsTests {
    private func names(_ asked: [String], on bench: Bench) throws -> [String] {
        guard
            case .statistics(let all) = try bench.runner.run(
                .statistics(StatisticsCommand(names: asked)))
        else { return [] }
        return all.map { $0.group + ":" + $0.name }
    }

    @Test("all, a group, a name with and without its group; unknown ones are left out")
    func choice() throws {
        let bench = Bench()
        bench.interface.addStatistics {
            [
                Statistic(group: "http", name: "connections", value: 3),
                Statistic(group: "http", name: "raised", value: 4),
            ]
        }
        #expect(try names(["http:"], on: bench) == ["http:connections", "http:raised"])
        #expect(try names(["evi:raised"], on: bench) == ["evi:raised"])
        #expect(try names(["raised"], on: bench) == ["evi:raised", "http:raised"])
        #expect(try names(["nothing", "nothing:", ""], on: bench) == [])
        #expect(
            try names(["http:connections", "evi:events"], on: bench) == [
                "http:connections", "evi:events",
            ])
        let all = try names(["all"], on: bench)
        #expect(all.prefix(2) == ["evi:events", "evi:subscriptions"])
        #expect(try names(["all", "all", "evi:", "raised"], on: bench) == all, "each comes once")
    }

    @Test("a hundred thousand names are answered in no time")
    func manyNames() throws {
        let bench = Bench()
        let asked =
            (0..<100_000).map { "evi:none\($0 % 50_000)" } + Array(repeating: "all", count: 1_000)
        #expect(try names(asked, on: bench).count == (try names(["all"], on: bench).count))
    }

    @Test("totals count occurrences, matches, and every end of a delivery by its reason")
    func totals() throws {
        let transport = ManualTransport { _, target in
            switch target.packed {
            case 1: .delivered
            case 2: .failed(.refused)
            case 3: .dropped(.queueFull)
            default: .pending
            }
        }
        let bench = Bench(transport: transport)
        for number in 1...4 { try bench.subscribe("manual:\(number)") }
        #expect(try bench.raise().matched == 4)
        #expect(try bench.raise("E_NOBODY").matched == 0)
        let expected = [
            "raised": 2, "matched": 4, "delivered": 1, "failed": 1, "dropped": 1, "pending": 1,
            "failed_refused": 1, "dropped_queue_full": 1, "subscriptions": 4,
        ]
        for (name, value) in expected {
            #expect(try bench.statistic(name) == Int64(value), "\(name)")
        }
        #expect(try bench.statistic("failed_timeout") == nil)
    }
}
