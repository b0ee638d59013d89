import Foundation
import Logging
import Server
import TestSupport
import Testing

@Suite("Reload: settings that change while the service runs")
struct ReloadTests {
    let service: RunningService
    let client: JSONClient
    let settings: Settings

    init() throws {
        service = try RunningService()
        client = try service.client()
        var settings = Settings(stateDirectory: service.stateDirectory)
        settings.listen = ["127.0.0.1:0"]
        settings.drainMilliseconds = 1_000
        self.settings = settings
    }

    private func reload(_ change: (inout Settings) -> Void) throws -> ReloadReport {
        var new = settings
        change(&new)
        return try service.carillon.reload(new)
    }

    private func subscribe(_ socket: String) throws -> JSONClient.Response {
        try client.send("POST", "/subscriptions", #"{"event":"E_A","socket":"\#(socket)"}"#)
    }

    @Test("nothing new, nothing done")
    func unchanged() throws {
        #expect(try reload { _ in } == ReloadReport())
    }

    @Test("limits: no more than there may be now; what is there stays")
    func limits() throws {
        #expect(try subscribe("udp:127.0.0.1:1").status == 201)
        #expect(try subscribe("udp:127.0.0.1:2").status == 201)
        #expect(try reload { $0.subscriptionsMax = 1 }.applied == ["subscriptions-max"])
        #expect(try subscribe("udp:127.0.0.1:3").code == "too_many_subscriptions")
        #expect(try subscribe("udp:127.0.0.1:2").status == 200)
        _ = try reload {
            $0.expireMaxSeconds = 100; $0.expireDefaultSeconds = 90
        }
        #expect(try subscribe("udp:127.0.0.1:3").json["expire"] as? Int == 90)
        let long = try client.send(
            "POST", "/subscriptions", #"{"event":"E_A","socket":"udp:127.0.0.1:3","expire":101}"#)
        #expect(long.status == 422)
    }

    @Test("the target policy and the UNIX directories")
    func targets() throws {
        #expect(try subscribe("udp:127.0.0.1:1").status == 201)
        #expect(
            try reload {
                $0.targetPolicy = "public-only"; $0.unixDirectories = ["/run/x"]
            }.applied
                == ["target-policy", "unix-directories"])
        #expect(try subscribe("udp:127.0.0.1:2").code == "target_forbidden")
        #expect(try subscribe("unix:/tmp/x").code == "target_forbidden")
        _ = try reload { _ in }
        #expect(try subscribe("udp:127.0.0.1:2").status == 201)
    }

    @Test("browser pages and dynamic events")
    func surfaces() throws {
        func raise() throws -> Int {
            try client.send(
                "POST", "/events/E_NEW/raise", "{}", fields: ["Origin": "https://a.example"]
            ).status
        }
        #expect(try raise() == 403)
        _ = try reload {
            $0.allowedOrigins = ["https://a.example"]; $0.dynamicEvents = false
        }
        #expect(try raise() == 404)
        _ = try reload { $0.allowedOrigins = ["https://a.example"] }
        #expect(try raise() == 202)
    }

    @Test("the log level goes to the switch that the loggers follow")
    func logLevel() throws {
        let level = LogSwitch(.notice)
        let directory = NSTemporaryDirectory() + "carillon-" + UUID().uuidString
        var settings = Settings(stateDirectory: directory)
        settings.listen = ["127.0.0.1:0"]
        settings.drainMilliseconds = 100
        let carillon = try Carillon(
            settings: settings, log: level.logger(label: "test"), logSwitch: level)
        settings.logLevel = "error"
        #expect(try carillon.reload(settings).applied == ["log-level"])
        #expect(level.level == .error)
        #expect(level.logger(label: "x").logLevel == .error)
        carillon.stop()
    }

    @Test("where anything is wrong, nothing changes", arguments: ["nonsense", "10.0.0.1/8"])
    func wrong(policy: String) throws {
        #expect(throws: StartError.self) {
            try reload {
                $0.targetPolicy = policy; $0.subscriptionsMax = 1
            }
        }
        #expect(try subscribe("udp:127.0.0.1:1").status == 201)
        #expect(try subscribe("udp:127.0.0.1:2").status == 201)
    }

    @Test("what needs a restart is named and stays")
    func restart() throws {
        let report = try reload {
            $0.workers = 3; $0.listen = ["127.0.0.1:1"]; $0.eventsMax = 500
        }
        #expect(report.needsRestart == ["listen", "workers"])
        #expect(report.applied == ["events-max"])
    }
}
