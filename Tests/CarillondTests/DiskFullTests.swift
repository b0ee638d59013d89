import Foundation
import TestSupport
import Testing

@Suite("A full disk")
struct DiskFullTests {
    @Test("changes are 507 with Retry-After, all else goes on, and it recovers alone")
    func full() throws {
        let scratch = try Scratch()
        let disk = scratch.path + "/disk"
        try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
        let mount = #"mount -t tmpfs -o size=512k tmpfs '\#(disk)' && exec "$@""#
        guard getuid() == 0, try canMount(in: scratch) else {
            print("left out: a tmpfs of its own needs root and unshare -m")
            return
        }
        let daemon = try Daemon(
            in: scratch, stateDirectory: disk + "/state",
            shell: "exec unshare -m bash -c '\(mount.replacing("'", with: "'\\''"))' bash \"$@\"")
        let client = try daemon.client()
        let receiver = DatagramReceiver()
        let kept = try #require(
            try client.subscribe("E_A", receiver.socketText).fields["location"])

        // The daemon's own view of its disk, which nobody else has mounted.
        let filler = "/proc/\(daemon.pid)/root\(disk)/filler"
        try fill(filler)
        var acknowledged = 1
        var answer = try client.subscribe("E_B", "udp:127.0.0.1:1")
        while answer.status == 201 && acknowledged < 5_000 {
            acknowledged += 1
            answer = try client.subscribe("E_B", "udp:127.0.0.1:\(acknowledged)")
        }
        #expect(answer.status == 507)
        #expect(answer.code == "storage_full")
        #expect((answer.fields["retry-after"].flatMap { Int($0) } ?? 0) >= 1)
        #expect(
            try client.allSubscribers().count == acknowledged, "what was refused was taken back")
        #expect(try client.send("GET", kept).status == 200)
        #expect(try client.raise("E_A").json["matched"] as? Int == 1)
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_A"}"#)
        #expect(try client.send("GET", "/livez").status == 200)
        let unready = try client.send("GET", "/readyz")
        #expect(unready.status == 503)
        #expect(unready.fields["retry-after"] != nil)

        try FileManager.default.removeItem(atPath: filler)
        // Nobody asks for a change meanwhile: it finds out by itself.
        let isReady = try eventually { try client.send("GET", "/readyz").status == 200 }
        #expect(isReady)
        #expect(try client.subscribe("E_C", "udp:127.0.0.1:1").status == 201)
        #expect(try client.send("DELETE", kept).status == 204)
        #expect(try client.allSubscribers().count == acknowledged)
        daemon.send(SIGTERM)
        #expect(try daemon.status() == 0)
    }

    private func canMount(in scratch: Scratch) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "unshare -m mount -t tmpfs tmpfs '\(scratch.path)/disk'"]
        process.standardError = FileHandle.nullDevice
        let exited = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in exited.signal() }
        try process.start()
        exited.wait()
        return process.terminationStatus == 0
    }

    /// Writes until there is no room for another byte.
    private func fill(_ path: String) throws {
        let descriptor = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        #expect(descriptor >= 0)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 0x55, count: 4_096)
        var size = block.count
        while size > 0 {
            if write(descriptor, block, size) <= 0 { size /= 2 }
        }
    }
}
