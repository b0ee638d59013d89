import Foundation
import TestSupport
import Testing

@Suite("carillond: signals and stopping")
struct SignalTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    @Test(
        "SIGTERM lets what is queued out, writes everything down, and is status 0",
        arguments: [SIGTERM, SIGINT])
    func drains(signal: Int32) throws {
        let daemon = try Daemon(in: scratch)
        let client = try daemon.client()
        let receiver = try LoopbackReceiver { _ in
            .delayed(milliseconds: 10, "HTTP/1.1 204 X\r\n\r\n")
        }
        defer { receiver.stop() }
        try client.subscribe("E_A", receiver.url + "/")
        for number in 0..<50 { try client.raise("E_A", "[\(number)]") }
        daemon.send(signal)
        #expect(try daemon.status() == 0)
        #expect(receiver.requests.count == 50)
        #expect(daemon.logged.contains("matched=50 delivered=50 failed=0 dropped=0"))
        // The log is moved into the database and removed: nothing but the one file stays.
        let left = try FileManager.default.contentsOfDirectory(atPath: daemon.stateDirectory)
        #expect(left == ["carillon.db"])
    }

    @Test("what cannot go out within --drain-seconds is counted and logged, and it ends in time")
    func drainLimit() throws {
        let daemon = try Daemon(in: scratch, ["--drain-seconds", "1"])
        let client = try daemon.client()
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        try client.subscribe("E_A", receiver.url + "/#timeout=60s")
        for _ in 0..<1_000 { try client.raise("E_A") }
        let start = Date()
        daemon.send(SIGTERM)
        #expect(try daemon.status() == 0)
        #expect(Date().timeIntervalSince(start) < 5)
        let counts = try #require(
            daemon.logged.firstMatch(of: /matched=1000 delivered=0 failed=(\d+) dropped=(\d+)/))
        #expect((Int(counts.output.1) ?? 0) + (Int(counts.output.2) ?? 0) == 1_000)
    }

    @Test("a request under way is answered while it stops; new connections are refused")
    func answers() throws {
        let daemon = try Daemon(in: scratch)
        let client = try daemon.client()
        let body = #"{"event":"E_A","socket":"udp:127.0.0.1:9"}"#
        let request = client.request("POST", "/subscriptions", bytes: Array(body.utf8))
        // Its last byte comes when it stops already.
        try client.write(Array(request.dropLast()))
        let port = try daemon.port()
        daemon.send(SIGTERM)
        let isClosed = eventually { (try? JSONClient(port: port)) == nil }
        #expect(isClosed)
        try client.write([request[request.count - 1]])
        #expect([201, 503].contains(try client.read().status))
        #expect(try daemon.status() == 0)
    }

    @Test("a second signal ends it at once, status 1")
    func impatient() throws {
        let daemon = try Daemon(in: scratch, ["--drain-seconds", "60"])
        let client = try daemon.client()
        let receiver = try LoopbackReceiver { _ in .never }
        defer { receiver.stop() }
        try client.subscribe("E_A", receiver.url + "/#timeout=60s")
        try client.raise("E_A")
        receiver.wait(for: 1)
        daemon.send(SIGTERM)
        #expect(eventually { daemon.logged.contains("stopping\" signal=15") })
        daemon.send(SIGTERM)
        #expect(try daemon.status(within: 5) == 1)
    }

    @Test(
        "SIGHUP, SIGUSR1, SIGPIPE and SIGCHLD change nothing",
        arguments: [SIGHUP, SIGUSR1, SIGPIPE, SIGCHLD])
    func harmless(signal: Int32) throws {
        let daemon = try Daemon(in: scratch)
        let client = try daemon.client()
        for _ in 0..<10 { daemon.send(signal) }
        #expect(try client.subscribe("E_A", "udp:127.0.0.1:9").status == 201)
        if signal == SIGHUP { #expect(eventually { daemon.logged.contains("applied=nothing") }) }
        #expect(daemon.isRunning)
    }

    @Test("a reader of its output that goes away does not end it")
    func brokenOutput() throws {
        let daemon = try Daemon(
            in: scratch, ["--log-level", "trace"], shell: #""$@" 2>&1 | head -c 1 >/dev/null"#)
        // The pipeline ends when the daemon's pipe has no reader and the daemon lives on: the shell waits for it.
        #expect(daemon.isRunning)
        let state = daemon.stateDirectory + "/carillon.db"
        #expect(eventually { FileManager.default.fileExists(atPath: state) })
        let pids = try eventuallyFind(daemon.pid)
        #expect(pids != nil)
        if let child = pids { kill(child, SIGTERM) }
        _ = try daemon.status()
    }

    /// The daemon among the children of a shell.
    private func eventuallyFind(_ shell: Int32) throws -> Int32? {
        var found: Int32?
        _ = eventually {
            let path = "/proc/\(shell)/task/\(shell)/children"
            let children = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
            found = children.split(separator: " ").compactMap { Int32($0) }.first { child in
                (try? String(contentsOfFile: "/proc/\(child)/comm", encoding: .utf8))
                    == "carillond\n"
            }
            return found != nil
        }
        return found
    }
}
