import Foundation
import TestSupport
import Testing

@Suite("carillond: flags and starting")
struct CommandLineTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Runs it with these arguments alone, to its end.
    private func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (status: Int32, printed: String, logged: String) {
        let daemon = try Daemon(
            in: scratch, arguments, listen: [], stateDirectory: nil, environment: environment)
        return (try daemon.status(), daemon.printed, daemon.logged)
    }

    @Test("--version and --help, in groups, and nothing else happens")
    func help() throws {
        let version = try run(["--version"])
        #expect(version.status == 0)
        #expect(version.printed == "carillond 0.1.0\n")
        let help = try run(["--help"])
        #expect(help.status == 0)
        for text in [
            "WHERE IT LISTENS", "WHAT IT KEEPS", "WHERE IT MAY SEND", "LIMITS AND DEADLINES",
            "--listen", "--insecure",
            "--state-directory", "--target-policy", "--subscriptions-max", "curl",
        ] {
            #expect(help.printed.contains(text), "\(text)")
        }
    }

    @Test(
        "a flag that cannot be read is status 64 and says what was expected",
        arguments: [
            (["--nope"], "--nope"), (["stray"], "stray"), (["--workers", "65"], "from 0 to 64"),
            (["--workers", "x"], "workers"), (["--expire-max", "0"], "from 1 to 31536000"),
            (["--expire-default", "100", "--expire-max", "99"], "from 1 to 99"),
            (["--body-max", "1"], "from 1024"), (["--drain-seconds", "-1"], "drain-seconds"),
            (["--log-level", "loud"], "log-level"), (["--events-max", "1e3"], "events-max"),
        ])
    func badFlags(arguments: [String], words: String) throws {
        let outcome = try run(arguments, environment: ["HOME": scratch.path])
        #expect(outcome.status == 64)
        #expect(outcome.logged.contains(words), "\(outcome.logged)")
        #expect(outcome.printed.isEmpty)
    }

    @Test(
        "a setting with which it cannot start is status 1 and one sentence; no state is left behind",
        arguments: [
            (["--listen", "nonsense"], "--listen nonsense"),
            (["--listen", "127.0.0.1:99999"], "HOST:PORT"),
            (["--listen", "0.0.0.0:0"], "--insecure"), (["--listen", "[::]:0"], "--insecure"),
            (["--listen", "192.0.2.1:0"], "--insecure"),
            (["--target-policy", "everything"], "--target-policy"),
            (["--target-policy", "10.0.0.0/33"], "10.0.0.0/33"),
            (["--unix-directories", "relative"], "absolute"),
            (["--ca-file", "/nowhere/ca.pem"], "/nowhere/ca.pem"),
        ])
    func badSettings(arguments: [String], words: String) throws {
        let state = scratch.path + "/state"
        let outcome = try run(arguments + ["--state-directory", state])
        #expect(outcome.status == 1)
        #expect(outcome.logged.contains(words), "\(outcome.logged)")
        #expect(outcome.logged.split(separator: "\n").count == 1)
        #expect(!FileManager.default.fileExists(atPath: state))
    }

    @Test("--insecure lets it listen beyond loopback")
    func insecure() throws {
        let daemon = try Daemon(in: scratch, ["--insecure"], listen: ["0.0.0.0:0"])
        #expect(try daemon.client().send("GET", "/livez").status == 200)
    }

    @Test("the state goes to XDG_STATE_HOME, else below HOME, in directories for this user alone")
    func defaultDirectory() throws {
        let home = scratch.path + "/home"
        let xdg = scratch.path + "/xdg"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        for (environment, expected) in [
            (["HOME": home, "XDG_STATE_HOME": xdg], xdg + "/carillon"),
            (["HOME": home, "XDG_STATE_HOME": ""], home + "/.local/state/carillon"),
            (["HOME": home, "XDG_STATE_HOME": "relative"], home + "/.local/state/carillon"),
        ] {
            let daemon = try Daemon(in: scratch, stateDirectory: nil, environment: environment)
            try daemon.port()
            let attributes = try FileManager.default.attributesOfItem(atPath: expected)
            #expect(attributes[.posixPermissions] as? Int == 0o700)
            #expect(FileManager.default.fileExists(atPath: expected + "/carillon.db"))
            daemon.send(SIGTERM)
            #expect(try daemon.status() == 0)
        }
        let nowhere = try run(
            ["--listen", "127.0.0.1:0"], environment: ["HOME": "", "XDG_STATE_HOME": ""])
        #expect(nowhere.status == 1)
        #expect(nowhere.logged.contains("--state-directory"))
    }

    @Test(
        "several listeners: TCP over IPv4 and IPv6, and a UNIX socket for this user alone, gone at the end"
    )
    func listeners() throws {
        let path = scratch.path + "/http.sock"
        let daemon = try Daemon(in: scratch, listen: ["127.0.0.1:0", "[::1]:0", path])
        try daemon.port()
        let lines = daemon.printed.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.allSatisfy { $0.hasPrefix("listening on ") })
        #expect(daemon.printed.contains("http://[::1]:"))
        #expect(daemon.printed.contains("listening on unix:\(path)\n"))
        #expect(try JSONClient(path: path).send("GET", "/livez").status == 200)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode.map { $0 & 0o077 } == 0)
        daemon.send(SIGTERM)
        #expect(try daemon.status() == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test("a file in the place of its UNIX socket is never touched")
    func occupied() throws {
        let path = scratch.path + "/file"
        _ = FileManager.default.createFile(atPath: path, contents: Data("kept".utf8))
        let daemon = try Daemon(in: scratch, listen: [path])
        #expect(try daemon.status() == 1)
        #expect(FileManager.default.contents(atPath: path) == Data("kept".utf8))
    }

    @Test("a second one on the same state or port is refused, and the first is unharmed")
    func second() throws {
        let first = try Daemon(in: scratch)
        let client = try first.client()
        #expect(try client.subscribe("E_A", "udp:127.0.0.1:9").status == 201)
        let sameState = try Daemon(in: scratch)
        #expect(try sameState.status() == 1)
        #expect(sameState.logged.contains("in use by another carillond"))
        let elsewhere = try Scratch()
        let samePort = try Daemon(in: elsewhere, listen: ["127.0.0.1:\(try first.port())"])
        #expect(try samePort.status() == 1)
        #expect(samePort.logged.contains("Cannot listen on 127.0.0.1:"))
        let path = elsewhere.path + "/http.sock"
        let local = try Daemon(in: elsewhere, listen: [path])
        try local.port()
        let third = try Scratch()
        let samePath = try Daemon(in: third, listen: [path])
        #expect(try samePath.status() == 1)
        #expect(try JSONClient(path: path).send("GET", "/livez").status == 200)
        #expect(try client.send("GET", "/subscriptions/1").status == 200)
        #expect(try client.subscribe("E_A", "udp:127.0.0.1:10").status == 201)
    }

    @Test("a proxy in the environment is ignored")
    func proxy() throws {
        let proxy = try LoopbackReceiver { _ in .status(200) }
        let receiver = try LoopbackReceiver { _ in .status(200) }
        defer {
            proxy.stop()
            receiver.stop()
        }
        let names = ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"]
        let environment = Dictionary(uniqueKeysWithValues: names.map { ($0, proxy.url) })
        let daemon = try Daemon(in: scratch, environment: environment)
        let client = try daemon.client()
        try client.subscribe("E_A", receiver.url + "/")
        try client.raise("E_A")
        #expect(eventually { receiver.requests.count == 1 })
        #expect(proxy.connections == 0)
    }
}
