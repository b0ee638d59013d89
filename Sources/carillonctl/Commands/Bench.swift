import ArgumentParser
import Glibc
import Net
import WireFormats

/// `carillonctl bench`
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Raise an event at a rate and measure how it arrives.",
        discussion: """
            Subscribes UDP ports of its own on 127.0.0.1, raises over one HTTP connection, one raise after the other, \
            and reports notifications per second, losses, and the time from before the request to the arrival of the \
            datagram. It asks of the service what other clients would: on one in use, start low.

              carillonctl bench --rate 2000 --subscribers 10 --seconds 5
            """)

    @Option(
        help: ArgumentHelp("Raises a second; 0 = as fast as they are answered.", valueName: "n"))
    var rate = 1_000

    @Option(help: ArgumentHelp("For how long.", valueName: "n"))
    var seconds = 5

    @Option(help: ArgumentHelp("UDP ports to subscribe.", valueName: "n"))
    var subscribers = 10

    @Option(help: ArgumentHelp("The event to raise; it is created, and stays.", valueName: "name"))
    var event = "E_CARILLONCTL_BENCH"

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    /// So many raises at most: eight bytes are kept for each, and for each notification.
    private static let raisesMax = 10_000_000

    func validate() throws {
        guard (0...1_000_000).contains(rate) else {
            throw ValidationError("--rate \(rate): expected 0 to 1000000.")
        }
        guard (1...3_600).contains(seconds) else {
            throw ValidationError("--seconds \(seconds): expected 1 to 3600.")
        }
        guard (1...500).contains(subscribers) else {
            throw ValidationError("--subscribers \(subscribers): expected 1 to 500.")
        }
    }

    func run() throws {
        let service = try connection.service()
        let interruption = try Interruption()
        var receivers: [BenchReceiver] = []
        do throws(SystemError) {
            for _ in 0..<subscribers { receivers.append(try BenchReceiver()) }
        } catch {
            throw Failure(.failed, "Cannot receive: \(error).")
        }
        var lease = Lease(
            service: service, events: [event], sockets: receivers.map(\.socket), format: "json",
            expireSeconds: Int64(seconds) + 60)
        defer { lease.end() }
        try lease.begin()
        let report = try measure(service, receivers, interruption)
        if output.wantsJSON {
            Output.shared.json(report.json)
        } else {
            Facts.print(report.facts)
        }
    }

    private func measure(
        _ service: Service, _ receivers: [BenchReceiver], _ interruption: Interruption
    ) throws(Failure) -> BenchReport {
        var report = BenchReport(subscribers: subscribers)
        var sent: [Int64] = []
        var latencies: [Int64] = []
        var progress = Progress()
        let path = "/events/\(ServiceURL.escaped(event))/raise"
        let start = Clock.boot()
        let end = start + Int64(seconds) * 1_000_000_000
        while sent.count < Self.raisesMax, rate == 0 || sent.count < rate * seconds {
            let now = Clock.boot()
            let due = rate == 0 ? now : start + Int64(sent.count) * 1_000_000_000 / Int64(rate)
            guard max(now, due) < end else { break }
            if due > now { Self.pause(nanoseconds: due - now) }
            if sent.count.isMultiple(of: 64),
                !Poll.readable([interruption.descriptor], milliseconds: 0).isEmpty
            {
                break
            }
            sent.append(WallClock.nanoseconds())
            let response = try service.client.send(
                "POST", path, Array(#"{"params":{"n":\#(sent.count - 1)}}"#.utf8))
            guard response.status == 202 else {
                _ = try service.send("POST", path, ["params": ["n": 0]])
                throw service.strange(path)
            }
            for receiver in receivers {
                receiver.drain(into: &latencies) { sent.indices.contains($0) ? sent[$0] : nil }
            }
            progress.show("\(sent.count) raised, \(latencies.count) arrived", at: Clock.boot())
        }
        report.nanoseconds = Clock.boot() - start
        report.raised = sent.count
        collectRest(receivers, &latencies, sent)
        progress.clear()
        report.received = receivers.reduce(0) { $0 + $1.received }
        report.latencies = latencies.sorted()
        return report
    }

    /// Waits for stragglers until a second has brought none.
    private func collectRest(
        _ receivers: [BenchReceiver], _ latencies: inout [Int64], _ sent: [Int64]
    ) {
        while latencies.count < sent.count * receivers.count {
            let ready = Poll.readable(receivers.map(\.number), milliseconds: 1_000)
            if ready.isEmpty { return }
            for receiver in receivers where ready.contains(receiver.number) {
                receiver.drain(into: &latencies) { sent.indices.contains($0) ? sent[$0] : nil }
            }
        }
    }

    private static func pause(nanoseconds: Int64) {
        var time = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        nanosleep(&time, nil)
    }
}
