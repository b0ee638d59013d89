import Foundation
import TestSupport
import Testing

@Suite("carillonctl: exit status and advice")
struct RefusalTests {
    @Test("each kind of failure has its exit status and says what to do next")
    func statuses() throws {
        let daemon = try Daemon(["--target-policy", "public-only"])
        let rows: [(arguments: [String], status: Int32, words: [String])] = [
            (["subscribe", "E_A", "gopher:x"], 1, ["422 invalid_request", "  /socket: "]),
            (["subscribe", "E A", "udp:192.0.2.1:5"], 1, ["422", "  /event: "]),
            (
                ["subscribe", "E_A", "udp:127.0.0.1:5"], 5,
                ["403 target_forbidden", "target-policy"]
            ),
            (["raise", "E_CORE_THRESHOLD"], 5, ["403 event_reserved"]),
            (["show", "99"], 4, ["404 subscription_not_found", "carillonctl subscribers"]),
            (["show", "E_NOT_THERE"], 4, ["404 event_not_found", "carillonctl events"]),
            (["unsubscribe", "E_A"], 2, ["carillonctl unsubscribe E_A SOCKET"]),
            (["subscribe", "E_A", "udp:127.0.0.1:5", "60", "--permanent"], 2, ["contradict"]),
            (["raise", "E_A", "a=1", "b"], 2, ["Either all params have a name"]),
            (["raise", "E_A", "a:={"], 2, ["no JSON, at byte 1"]),
            (["raise", "E_A", "a=1", "--json", "{}"], 2, ["contradict"]),
            (["subscribers", "--limit", "0"], 2, ["at least 1"]),
            (["listen", "udp:"], 2, ["Name at least one event"]),
            (["listen", "smtp:", "E_A"], 2, ["nothing to listen on"]),
            (["listen", "udp:0.0.0.0:0", "E_A"], 1, ["--advertise"]),
            (["bench", "--rate", "-1"], 2, []),
            (["nonsense"], 2, ["No command is called 'nonsense'", "carillonctl help"]),
            (["--timeout", "2", "rasie", "E_A"], 2, ["'rasie'", "Did you mean 'raise'?"]),
            (["events", "--url", "ftp://x"], 2, ["expected http://HOST:PORT"]),
            (["check", "--nope"], 3, ["--nope"]),
            (["--url", "http://127.0.0.1:1", "check", "--nope"], 3, []),
        ]
        for (arguments, status, words) in rows {
            let result = try ProgramRun.run(
                "carillonctl", arguments, environment: ["CARILLON_URL": daemon.url])
            #expect(result.status == status, "\(arguments): \(result)")
            #expect(result.output.isEmpty, "\(arguments): \(result)")
            for word in words {
                #expect(result.errors.contains(word), "\(arguments): \(result.errors)")
            }
        }
    }

    @Test("nobody listens: 3, and where the address is set; for check it is critical")
    func unreachable() throws {
        let result = try ProgramRun.run("carillonctl", ["events", "--url", "http://127.0.0.1:1"])
        #expect(result.status == 3)
        #expect(result.errors.contains("http://127.0.0.1:1 cannot be reached"))
        #expect(result.errors.contains("CARILLON_URL"))
        let check = try ProgramRun.run("carillonctl", ["check", "--url", "unix:/nowhere/x.sock"])
        #expect(
            check.status == 2
                && check.output.hasPrefix("CARILLON CRITICAL - unix:/nowhere/x.sock cannot"))
    }

    @Test("a service that does not answer: 3 when the time is over")
    func silent() throws {
        let service = try LoopbackReceiver { _ in .never }
        let result = try ProgramRun.run(
            "carillonctl", ["events", "--url", service.url, "--timeout", "0.2"])
        #expect(result.status == 3 && result.errors.contains("--timeout waits longer"))
        service.stop()
    }

    @Test("something else than Carillon: 1, and check does not know")
    func stranger() throws {
        let service = try LoopbackReceiver { _ in .status(200, "<html>") }
        let result = try ProgramRun.run("carillonctl", ["events", "--url", service.url])
        #expect(result.status == 1 && result.errors.contains("Is this a Carillon?"))
        #expect(try ProgramRun.run("carillonctl", ["check", "--url", service.url]).status == 3)
        service.stop()
    }

    @Test("standard input beyond its limit is a usage error, and nothing is sent")
    func input() throws {
        let text = "[" + String(repeating: " ", count: 1_200_000) + "]"
        let result = try ProgramRun.run(
            "carillonctl", ["raise", "E_A", "-", "--url", "http://127.0.0.1:1"], input: text)
        #expect(result.status == 2 && result.errors.contains("more than 1048576 bytes"))
    }

    @Test("the token goes out as a bearer, never with a line end in it; 401 says how to set it")
    func token() throws {
        let service = try LoopbackReceiver { _ in
            .status(401, #"{"status":401,"code":"unauthorized","detail":"No."}"#)
        }
        let refused = try ProgramRun.run(
            "carillonctl", ["events", "--url", service.url],
            environment: ["CARILLON_TOKEN": "s3cret"])
        #expect(refused.status == 5 && refused.errors.contains("CARILLON_TOKEN"))
        #expect(!refused.errors.contains("s3cret"))
        #expect(service.requests.first?.header("Authorization") == "Bearer s3cret")
        let bad = try ProgramRun.run(
            "carillonctl", ["events", "--url", service.url],
            environment: ["CARILLON_TOKEN": "a\nX: y"])
        #expect(bad.status == 2)
        #expect(service.requests.count == 1)
        service.stop()
    }

    @Test("a full disk is an error, a reader that has seen enough is none")
    func output() throws {
        let daemon = try Daemon()
        func shell(_ script: String) throws -> (status: Int32, errors: String) {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sh")
            process.arguments = ["-c", script, ProgramRun.programs.path + "/carillonctl"]
            process.environment = ["CARILLON_URL": daemon.url, "PATH": "/usr/bin:/bin"]
            let errors = Pipe()
            process.standardError = errors
            process.standardOutput = FileHandle.nullDevice
            try process.start()
            let text = String(
                decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, text)
        }
        let full = try shell("\"$0\" events > /dev/full")
        #expect(full.status == 1 && full.errors.contains("No space left on device"))
        #expect(try shell("\"$0\" events | head -n 1").errors.isEmpty)
    }

    @Test("every command has help, and completions are generated for each shell")
    func help() throws {
        for command in [
            "subscribe", "unsubscribe", "subscribers", "show", "events", "raise", "listen", "mi",
            "fifo",
            "status", "check", "bench",
        ] {
            let help = try ProgramRun.run("carillonctl", [command, "--help"])
            #expect(
                help.status == 0 && help.output.contains("USAGE: carillonctl \(command)"), "\(help)"
            )
            #expect(help.errors.isEmpty)
        }
        for shell in ["bash", "zsh", "fish"] {
            for program in ["carillonctl", "carillond"] {
                let script = try ProgramRun.run(program, ["--generate-completion-script", shell])
                #expect(script.status == 0 && script.output.contains(program))
            }
        }
        let version = try ProgramRun.run("carillonctl", ["--version"])
        let daemon = try ProgramRun.run("carillond", ["--version"])
        #expect(
            version.output.replacing("carillonctl", with: "")
                == daemon.output.replacing("carillond", with: ""))
    }

    @Test("completion offers the names of the events there are")
    func completion() throws {
        let daemon = try Daemon()
        let names = try ProgramRun.run(
            "carillonctl", ["---completion", "raise", "--", "positional@0", "1", "0", "E_PIKE"],
            environment: ["CARILLON_URL": daemon.url, "SAP_SHELL": "fish"])
        #expect(names.output.contains("E_PIKE_BLOCKED"), "\(names)")
    }
}
