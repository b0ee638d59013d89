import Dispatch
import EventCore
import Synchronization
import WireFormats

@testable import Transports

/// Name servers of a test: answers by name, and names that hang until they are let go.
final class NameServers: Sendable {
    private struct State {
        var answers: [String: Result<[IPAddress], Resolver.LookupFailure>] = [:]
        var asked: [String] = []
        var hanging: [String: DispatchSemaphore] = [:]
    }

    private let state = Lock(State())
    private let arrivals = DispatchSemaphore(value: 0)

    func set(_ name: String, _ answer: Result<[IPAddress], Resolver.LookupFailure>) {
        state.withLock { $0.answers[name] = answer }
    }

    /// From now on lookups of `name` hang.
    func hang(_ name: String) {
        state.withLock { $0.hanging[name] = DispatchSemaphore(value: 0) }
    }

    /// Lets one lookup of `name` that hangs go on, and no other hang any more.
    func letGo(_ name: String) {
        state.withLock { $0.hanging.removeValue(forKey: name) }?.signal()
    }

    var asked: [String] { state.withLock { $0.asked } }

    /// Waits until one more lookup has begun.
    func waitForQuestion() -> Bool { arrivals.wait(timeout: .now() + 20) == .success }

    @Sendable func look(_ name: String) -> Result<[IPAddress], Resolver.LookupFailure> {
        let hanging = state.withLock { state in
            state.asked.append(name)
            return state.hanging[name]
        }
        arrivals.signal()
        hanging?.wait()
        return state.withLock { $0.answers[name] ?? .failure(.notFound) }
    }
}
