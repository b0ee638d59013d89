import EventCore
import Synchronization
import Testing

@testable import Transports

@Suite("The test of a route")
struct ProbeRouteTests {
    /// A script that has no such route any more.
    private final class NoRoutes: RouteControl {
        var routes: [RouteView] { [] }

        func run(
            _ command: RunRouteCommand, at now: Moment, _ answer: @escaping CommandContinuation
        ) {
            answer(.failure(CommandError(.routeNotFound, "There is no \(command.name).")))
        }
    }

    @Test(
        "one that the script has no more is missing, in the script's words, and nothing was tried")
    func missing() throws {
        let occurrence = Occurrence(
            id: OccurrenceID(epoch: 1, sequence: 1), event: "E_A", params: .none, time: 0)
        let seen = Lock<ProbeFinding?>(nil)
        ProbeRoute.run("route:E_GONE", occurrence, on: NoRoutes()) { finding, attempt in
            #expect(attempt == nil)
            seen.withLock { $0 = finding }
        }
        let finding = try #require(seen.withLock { $0 })
        #expect(finding.code == "route_missing" && finding.verdict == .failed)
        #expect(finding.message.contains("There is no E_GONE."))
        #expect(finding.remedy?.isEmpty == false)
    }
}
