import Foundation
import Testing

@Suite struct SimulatorTests {
    /// `SIMULATE_SEED=… SIMULATE_STEPS=… swift test --filter SimulatorTests` repeats a run or makes a longer one.
    @Test("after every one of 10,000 random steps the core shows what the naive model shows")
    func simulate() throws {
        let environment = ProcessInfo.processInfo.environment
        let given = environment["SIMULATE_SEED"].flatMap { UInt64($0) }
        let steps = environment["SIMULATE_STEPS"].flatMap { Int($0) } ?? 10_000
        let seed = given ?? UInt64.random(in: 1...UInt64(UInt32.max))
        print("simulator: seed \(seed), \(steps) steps")
        var simulator = Simulator(seed: seed)
        for _ in 0..<steps {
            do {
                try simulator.advance()
            } catch {
                Issue.record("seed \(seed), step \(simulator.step): \(error)")
                return
            }
        }
    }
}
