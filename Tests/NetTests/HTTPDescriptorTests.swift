import EventCore
import Foundation
import Glibc
import Net
import TestSupport
import Testing

/// What happens when the process has no descriptors left: tried on a process of its own.
@Suite struct HTTPDescriptorTests {
    @Test("without descriptors connections are told 503, nothing spins, and room is used again")
    func noDescriptors() async throws {
        let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appendingPathComponent("httpecho")
        guard FileManager.default.isExecutableFile(atPath: program.path),
            FileManager.default.isExecutableFile(atPath: "/usr/bin/prlimit")
        else {
            print("left out: no httpecho beside the tests, or no prlimit")
            return
        }
        let process = Process()
        let output = Pipe()
        process.executableURL = program
        process.arguments = ["--port", "0", "--workers", "1"]
        process.standardOutput = output
        try process.start()
        // Not SIGTERM: threads of Dispatch have it blocked, and a child inherits that.
        defer { kill(process.processIdentifier, SIGKILL) }
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        let port = try #require(UInt16(line.trimmingCharacters(in: .whitespacesAndNewlines)))
        let address = ListenAddress.tcp(host: "127.0.0.1", port: port)

        let number = process.processIdentifier
        // So low that two more fit: new descriptors get the lowest free numbers.
        let used = Set(
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(number)/fd")
                .compactMap { Int($0) })
        let free = (0...).lazy.filter { !used.contains($0) }.prefix(2)
        let highest = try #require(Array(free).last)
        let limit = Process()
        limit.executableURL = URL(fileURLWithPath: "/usr/bin/prlimit")
        limit.arguments = ["--pid", String(number), "--nofile=\(highest + 1)"]
        try limit.start()
        limit.waitUntilExit()

        let served = try (0..<2).map { _ in try RawHTTPClient(address) }
        for client in served {
            client.send(get())
            #expect(client.response()?.status == 200)
        }
        let before = processorMilliseconds(number)
        for _ in 0..<3 {
            let refused = try RawHTTPClient(address)
            #expect(refused.response()?.status == 503)
            #expect(refused.reachesEnd())
        }
        served[0].send(get())
        #expect(served[0].response()?.status == 200)
        #expect(processorMilliseconds(number) - before < 500)
        served[1].close()
        #expect(
            await eventually {
                guard let client = try? RawHTTPClient(address) else { return false }
                client.send(get())
                return client.response()?.status == 200
            })
    }

    /// Processor time of a process so far: fields 14 and 15 of its stat line, in hundredths of a second.
    private func processorMilliseconds(_ number: Int32) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8)) ?? ""
        let fields = text.drop { $0 != ")" }.split(separator: " ")
        guard fields.count > 13, let user = Int(fields[12]), let system = Int(fields[13]) else {
            return 0
        }
        return (user + system) * 10
    }
}
