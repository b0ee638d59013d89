import Foundation
import TestSupport
import Testing

@Suite("carillond: settings from the command line, the environment and a file")
struct SettingsTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Runs it with these arguments alone, to its end.
    private func run(
        _ arguments: [String], environment: [String: String] = [:]
    ) throws -> (status: Int32, output: String, errors: String) {
        let daemon = try Daemon(
            in: scratch, arguments, listen: [], stateDirectory: nil, environment: environment)
        return (try daemon.status(), daemon.printed, daemon.logged)
    }

    private func file(_ text: String) throws -> String {
        let path = scratch.path + "/\(UUID().uuidString).conf"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("flags win over environment over file over default, and --print-config says which it was")
    func precedence() throws {
        let path = try file("listen = 127.0.0.1:1\nworkers = 1\nevents-max = 1000 # comment\n")
        let result = try run(
            ["--config", path, "--workers", "3", "--print-config"],
            environment: [
                "CARILLON_WORKERS": "2", "CARILLON_EVENTS_MAX": "2000",
                "CARILLON_LISTEN": "127.0.0.1:2,/run/x",
            ])
        #expect(result.status == 0 && result.errors.isEmpty)
        for line in [
            "workers = 3    # --workers", "events-max = 2000    # CARILLON_EVENTS_MAX",
            "listen = 127.0.0.1:2    # CARILLON_LISTEN", "listen = /run/x    # CARILLON_LISTEN",
            "body-max = 262144    # default",
        ] {
            #expect(result.output.contains(line + "\n"), "\(line)")
        }
        // What it prints is a file that gives the same.
        let again = try run(["--config", try file(result.output), "--print-config"])
        let values = { (text: String) in
            text.split(separator: "\n").map { $0.split(separator: "    #")[0] }
        }
        #expect(values(again.output) == values(result.output))
    }

    @Test("every fault at once, each with its place, and unknown names with the nearest known one")
    func faults() throws {
        let path = try file(
            "listn = x\nworkers = 99\n\nno sense\nevents-max = 200\nevents-max = 300\n")
        let result = try run(
            ["--config", path, "--check", "--expire-default", "x"],
            environment: [
                "CARILLON_BODYMAX": "1", "CARILLON_PORT_80_TCP": "tcp://x", "CARILLON_TOKEN": "t",
            ])
        #expect(result.status == 64)
        #expect(
            Set(result.errors.split(separator: "\n")) == [
                "carillond: \(path):1: no setting is called 'listn'. Did you mean 'listen'?",
                "carillond: \(path):2: workers 99: expected a number from 0 to 64.",
                "carillond: \(path):4: expected 'key = value', found 'no sense'",
                "carillond: \(path):6: 'events-max' is in line 5 already.",
                "carillond: CARILLON_BODYMAX in the environment: no such setting. Did you mean 'CARILLON_BODY_MAX'?",
                "carillond: --expire-default: expire-default x: expected a number from 1 to 31536000.",
            ])
    }

    @Test("--check starts nothing and finds what would keep it from starting")
    func check() throws {
        #expect(try run(["--check"]).status == 0)
        for (flags, status, words) in [
            (["--listen", "0.0.0.0:8080"], 1, "--insecure"),
            (["--listen", "nonsense"], 1, "expected HOST:PORT"),
            (["--target-policy", "10.0.0.1/8"], 1, "--target-policy"),
            (["--unix-directories", "x"], 1, "absolute path"),
            (["--ca-file", "/nowhere"], 1, "--ca-file /nowhere: expected a PEM file"),
            (["--config", "/tmp"], 64, "Is a directory"),
            (["--config", "/dev/zero"], 64, "/dev/zero"),
            (["--log-level", "loud"], 64, "expected one of trace"),
        ] as [([String], Int32, String)] {
            let result = try run(flags + ["--check"])
            #expect(result.status == status && result.errors.contains(words), "\(flags): \(result)")
        }
        let unknown = try run(["--lisen", "x"])
        #expect(unknown.status == 64 && unknown.errors.contains("Did you mean '--listen'?"))
    }

    @Test("--print-openapi is the document of this binary")
    func contract() throws {
        let daemon = try Daemon(in: scratch)
        let printed = try run(["--print-openapi"])
        #expect(printed.output.hasPrefix("openapi: 3.1"))
        #expect(
            try daemon.client().send("GET", "/openapi.yaml").text == printed.output)
    }

    @Test(
        "SIGHUP applies what can change, names what needs a restart, and keeps the old where the new is wrong"
    )
    func reload() throws {
        let path = try file("log-level = notice\n")
        func write(_ text: String) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        }
        let daemon = try Daemon(in: scratch, ["--config", path, "--drain-seconds", "1"])
        let client = try daemon.client()
        func status(host: String) throws -> Int {
            try client.send("GET", "/livez", fields: ["Host": host]).status
        }
        #expect(try status(host: "carillon.example") == 421)
        try write("allowed-host = carillon.example\nidle-seconds = 5\nexpire-default = 60\n")
        daemon.send(SIGHUP)
        #expect(
            eventually { daemon.logged.contains("applied=allowed-host,expire-default") },
            "\(daemon.logged)")
        #expect(daemon.logged.contains("wait for a restart: idle-seconds"))
        #expect(try status(host: "carillon.example") == 200)
        let subscribed = try client.send(
            "POST", "/subscriptions", #"{"event":"E_A","socket":"udp:127.0.0.1:9"}"#)
        #expect(subscribed.json["expire"] as? Int == 60)

        try write("allowed-hots = other.example\n")
        daemon.send(SIGHUP)
        #expect(eventually { daemon.logged.contains("kept as they were") })
        #expect(
            daemon.logged.contains(
                "\(path):1: no setting is called 'allowed-hots'. Did you mean 'allowed-host'?"
            ))
        #expect(try status(host: "carillon.example") == 200)

        try write("log-level = error\n")
        daemon.send(SIGHUP)
        #expect(try eventually { try status(host: "carillon.example") == 421 })
        daemon.send(SIGTERM)
        #expect(try daemon.status() == 0)
        // At log-level error the end is not worth a line.
        #expect(!daemon.logged.contains("SERVICE: stopped"))
    }
}
