import ArgumentParser
import Net
import RouteScript
import WireFormats

/// `carillonctl route test FILE`
struct RouteTest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Run a script against recorded occurrences, and print what it does.",
        discussion: """
            Nothing is sent and nobody is called: the script's startup_route runs, then each line of the replay is done, \
            and what is raised, subscribed and logged is printed. The clock goes from line to line, so timer_routes run \
            too, and the same files give the same output.

            A line of the replay is a JSON object:

              {"event": "E_PIKE_BLOCKED", "params": {"ip": "192.0.2.7"}}
              {"route": "TCP_LOAD_CHECK", "variables": {"limit": 80}}
              {"route": "acc", "kind": "onreply_route", "sip": "SIP/2.0 200 OK\\r\\n…"}
              {"after": 60}                               60 seconds go by
              {"statistics": {"tcp-load": 90}}            $stat(tcp-load) from now on
              {"answer": {"status": 200, "body": "…"}}    to the next rest_get
              {"answer": {"result": "OK"}}               to the next mi()

            Occurrences are lines as they were recorded:

              carillonctl listen --json E_PIKE_BLOCKED > occurrences.ndjson
              carillonctl route test carillon.cfg --replay occurrences.ndjson

            Exit status 1: the script does not load, a line makes no sense, or a limit ended a run.
            """)

    @Argument(help: ArgumentHelp("The script.", valueName: "file"), completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp(
            "The replay, an object a line; - is standard input. (default: only startup_route runs)",
            valueName: "file"),
        completion: .file())
    var replay: String?

    @Option(help: ArgumentHelp("Seconds that go by after the last line.", valueName: "seconds"))
    var seconds: Int64 = 0

    @OptionGroup var output: OutputOptions

    /// Most bytes of a replay.
    private static let replayBytesMax = 67_108_864

    func validate() throws {
        guard (0...ReplayStep.secondsMax).contains(seconds) else {
            throw ValidationError("--seconds: expected 0 to \(ReplayStep.secondsMax).")
        }
    }

    func run() throws {
        let script = try ScriptSource.load(file)
        for warning in script.warnings { Output.talk(ScriptSource.shown(warning)) }
        let steps = try self.steps()
        var laboratory = Laboratory(
            script, startingAt: steps.lazy.compactMap(\.step.time).first ?? 0,
            LaboratoryReport(wantsJSON: output.wantsJSON))
        for (line, step) in steps {
            do throws(ReplayFault) {
                try laboratory.take(step)
            } catch {
                throw failure(line, error)
            }
        }
        laboratory.wait(milliseconds: seconds * 1_000)
        let counts = laboratory.counts
        Output.talk(
            "\(counts.occurrences) occurrences, \(counts.runs) runs, \(counts.aborted) aborted.")
        if counts.aborted > 0 { throw ExitCode(ExitStatus.failed.rawValue) }
    }

    /// All lines that are not empty, with their numbers; read before anything runs.
    private func steps() throws(Failure) -> [(line: Int, step: ReplayStep)] {
        let bytes: [UInt8]
        switch replay {
        case nil: return []
        case "-": bytes = try StandardInput.read(bytesMax: Self.replayBytesMax)
        case let path?:
            do throws(SystemError) {
                bytes = try Files.read(path, bytesMax: Self.replayBytesMax)
            } catch {
                throw Failure(.failed, "\(error)")
            }
        }
        var steps: [(line: Int, step: ReplayStep)] = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard line.contains(where: { $0 > UInt8(ascii: " ") }) else { continue }
            do throws(ReplayFault) {
                steps.append((index + 1, try ReplayStep(parsing: line)))
            } catch {
                throw failure(index + 1, error)
            }
        }
        return steps
    }

    private func failure(_ line: Int, _ fault: ReplayFault) -> Failure {
        Failure(.failed, "\(replay ?? "-"):\(line): \(fault.message).")
    }
}
