import Foundation
import TestSupport
import Testing

/// The daemon with a script, as a process of its own.
@Suite("carillond --script")
struct ScriptTests {
    private let scratch: Scratch
    private let script: String

    init() throws {
        scratch = try Scratch()
        script = scratch.path + "/carillon.cfg"
    }

    private func write(_ text: String) throws {
        try text.write(toFile: script, atomically: true, encoding: .utf8)
    }

    private func check(_ arguments: [String]) throws -> (status: Int32, errors: String) {
        let run = try ProgramRun.run(
            "carillond", arguments + ["--state-directory", scratch.path + "/state"])
        return (run.status, run.errors)
    }

    @Test("--check FILE prints all errors in one run, each with its line and a caret, and is 64")
    func checks() throws {
        try write("route {\n  nonsense();\n  $var(x) = $nothing(a);\n}\nloadmodule \"tm.so\"\n")
        for arguments in [["--check", script], ["--check", "--script", script]] {
            let run = try check(arguments)
            #expect(run.status == 64)
            for part in [
                script + ":2:3: ", "\n  nonsense();\n  ^", script + ":3:13: ",
                "\n  $var(x) = $nothing(a);\n            ^",
            ] {
                #expect(run.errors.contains(part), "\(part) in \(run.errors)")
            }
        }
        try write("route { exit; }")
        #expect(try check(["--check", script]).status == 0)
        #expect(try check(["--check", script + ".none"]).status == 64)
    }

    @Test("SIGHUP takes a new script whole, or keeps the old one and says why in the log")
    func reload() throws {
        try write("event_route[E_ONE] { exit; }")
        let daemon = try Daemon(in: scratch, ["--script", script])
        let client = try daemon.client()
        func routes() throws -> [String] {
            let routes = try client.send("GET", "/routes").json["routes"] as? [[String: Any]] ?? []
            return routes.compactMap { $0["name"] as? String }
        }
        #expect(try routes() == ["E_ONE"])
        try write("event_route[E_TWO] { nonsense(); }")
        daemon.send(SIGHUP)
        #expect(eventually { daemon.logged.contains("kept as they were: \(script):1:22: ") })
        #expect(try routes() == ["E_ONE"])
        try write("event_route[E_TWO] { exit; }")
        daemon.send(SIGHUP)
        #expect(try eventually { try routes() == ["E_TWO"] })
        #expect(try client.subscribers().map { $0["socket"] as? String } == ["route:E_TWO"])
        daemon.send(SIGTERM)
        #expect(try daemon.status() == 0)
    }

    @Test("a process that was stopped for seconds runs its timers once, and goes on")
    func standstill() throws {
        try write(
            """
            timer_route[tick, 1] { $shv(ticks) = $shv(ticks) + 1; }
            route[ticks] { return($shv(ticks)); }
            """)
        let daemon = try Daemon(in: scratch, ["--script", script])
        let client = try daemon.client()
        func ticks() throws -> Int {
            try client.send("POST", "/routes/ticks/run", "{}").json["return_code"] as? Int ?? -1
        }
        #expect(try eventually { try ticks() == 1 })
        daemon.send(SIGSTOP)
        let stopped = Date()
        #expect(eventually { Date().timeIntervalSince(stopped) > 4 })
        daemon.send(SIGCONT)
        #expect(try eventually { try ticks() >= 2 })
        #expect(try ticks() <= 3, "one to catch up, and perhaps the next")
    }

    @Test(
        "a thousand reloads under load: the service answers, and neither memory nor descriptors grow"
    )
    func manyReloads() throws {
        let text = """
            startup_route { subscribe_event("E_A", "udp:127.0.0.1:9"); }
            event_route[E_A] { $shv(n) = $shv(n) + 1; }
            timer_route[t, 1] { raise_event("E_A"); }
            """
        try write(text)
        let daemon = try Daemon(in: scratch, ["--script", script])
        let client = try daemon.client()
        func reload(_ count: Int) throws {
            for _ in 0..<count {
                #expect(try client.mi("reload", "[]").contains(#""result":"OK""#))
                try client.raise("E_A")
            }
        }
        try reload(200)
        let before = (descriptors: daemon.descriptors, kilobytes: try resident(daemon))
        try reload(800)
        let after = (descriptors: daemon.descriptors, kilobytes: try resident(daemon))
        #expect(try client.subscribers().count == 2)
        #expect(after.descriptors <= before.descriptors + 2, "\(before) \(after)")
        #expect(after.kilobytes < before.kilobytes + 8_192, "\(before) \(after)")
        try client.raise("E_A")
        let totals = try client.statistics()
        #expect(totals["routes:loads"] == 1_001)
        daemon.send(SIGTERM)
        #expect(try daemon.status() == 0)
    }

    /// Memory of the process that is resident, KB.
    private func resident(_ daemon: Daemon) throws -> Int {
        let status = try String(contentsOfFile: "/proc/\(daemon.pid)/status", encoding: .utf8)
        let match = status.firstMatch(of: /VmRSS:\s+(\d+) kB/)
        return match.flatMap { Int($0.output.1) } ?? 0
    }

    @Test("a step bomb in a timer_route is ended each time, and the service answers meanwhile")
    func stepBomb() throws {
        try write("timer_route[bomb, 1] { while (1) { $var(x) = $var(x) + 1; } }")
        let daemon = try Daemon(in: scratch, ["--script", script])
        let client = try daemon.client()
        var statuses: Set<Int> = []
        let isEnded = try eventually(within: 60) {
            statuses.insert(try client.send("GET", "/livez").status)
            return try client.statistics()["routes:aborted"] ?? 0 >= 1
        }
        #expect(isEnded && statuses == [200])
        #expect(eventually { daemon.logged.contains("ROUTE(timer_route[bomb]): aborted reason=") })
        daemon.send(SIGTERM)
        #expect(try daemon.status() == 0)
    }
}
