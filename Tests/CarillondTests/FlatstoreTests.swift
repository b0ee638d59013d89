import Foundation
import TestSupport
import Testing

@Suite("carillond: lines in files")
struct FlatstoreTests {
    private let scratch: Scratch
    private let files: String

    init() throws {
        scratch = try Scratch()
        files = scratch.path + "/files"
        try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
    }

    private func lines(_ path: String) -> [Substring] {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }

    @Test(
        "rotated on command and told of; opened anew at SIGHUP; no line lost, after a restart too")
    func rotation() throws {
        var daemon = try Daemon(in: scratch, ["--flatstore-directory", files + "/"])
        var client = try daemon.client()
        let receiver = DatagramReceiver()
        #expect(try client.subscribe("E_FLATSTORE_ROTATION", receiver.socketText).status == 201)
        #expect(try client.subscribe("E_A", "flatstore:log").status == 201)
        let log = files + "/log"
        func raise(_ numbers: ClosedRange<Int>, expecting count: Int) throws {
            for number in numbers { try client.raise("E_A", "[\(number)]") }
            #expect(eventually { lines(log).count == count })
        }
        try raise(1...3, expecting: 3)
        #expect(
            try client.mi("evi_flat_rotate", #"["log"]"#)
                == #"{"jsonrpc":"2.0","result":"OK","id":1}"#)
        let event = try #require(receiver.receive())
        #expect(event.contains(#""reason":"mi","filename":"\#(log)","old_filename":"\#(log).20"#))
        try raise(4...4, expecting: 1)
        rename(log, log + ".mine")
        daemon.send(SIGHUP)
        #expect(eventually { daemon.logged.contains("SETTINGS: read again") })
        try raise(5...6, expecting: 2)
        daemon.send(SIGTERM)
        #expect(try daemon.status() == 0)

        daemon = try Daemon(in: scratch, ["--flatstore-directory", files])
        client = try daemon.client()
        try raise(7...7, expecting: 3)
        let names = try FileManager.default.contentsOfDirectory(atPath: files).sorted()
        #expect(names.count == 3)
        let all = names.flatMap { lines(files + "/" + $0) }
        #expect(all.sorted() == (1...7).map { "E_A,\($0)" })
        #expect(
            try client.mi("event_flatstore:rotate", #"["../log"]"#).contains(#""code":-32602"#))
    }

    @Test("without a directory its sockets are 403")
    func off() throws {
        let daemon = try Daemon(in: scratch)
        let answer = try daemon.client().subscribe("E_A", "flatstore:log")
        #expect(answer.status == 403 && answer.code == "target_forbidden")
    }

    @Test("a full disk: deliveries fail, no half line stays, and it goes on when there is room")
    func fullDisk() throws {
        guard let disk = try SmallDisk(files, in: scratch) else {
            print("left out: a tmpfs of its own needs root and unshare -m")
            return
        }
        let daemon = try Daemon(in: scratch, ["--flatstore-directory", files], shell: disk.shell)
        let client = try daemon.client()
        let made = try client.subscribe("E_A", "flatstore:log")
        let location = try #require(made.fields["location"])
        func counts() throws -> (delivered: Int, failed: Int) {
            let deliveries = try client.send("GET", location).json["deliveries"] as? [String: Any]
            return (deliveries?["delivered"] as? Int ?? 0, deliveries?["failed"] as? Int ?? 0)
        }
        let value = String(repeating: "x", count: 3_000)
        try client.raise("E_A", #"["\#(value)"]"#)
        #expect(try eventually { try counts().delivered == 1 })
        let root = "/proc/\(daemon.pid)/root"
        try disk.fill(root + files + "/filler")
        // The first write fits into the last page in part.
        try client.raise("E_A", #"["\#(value)"]"#)
        #expect(try eventually(within: 30) { try counts().failed == 1 })
        #expect(lines(root + files + "/log").count == 1)
        try FileManager.default.removeItem(atPath: root + files + "/filler")
        try client.raise("E_A", #"["\#(value)"]"#)
        #expect(try eventually(within: 60) { try counts().delivered == 2 })
        #expect(lines(root + files + "/log") == ["E_A,\(value)", "E_A,\(value)"])
    }
}

/// A disk of 256 KB that only one daemon sees.
struct SmallDisk {
    /// Wraps the daemon's command line.
    let shell: String

    /// Mounted at `path`; nil where this user may not.
    init?(_ path: String, in scratch: Scratch) throws {
        guard getuid() == 0 else { return nil }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "unshare -m mount -t tmpfs tmpfs '\(path)'"]
        process.standardError = FileHandle.nullDevice
        try process.start()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { return nil }
        let mount = #"mount -t tmpfs -o size=256k tmpfs "\#(path)" && exec "$@""#
        shell = "exec unshare -m bash -c '\(mount)' bash \"$@\""
    }

    /// Writes until there is no room for another byte.
    func fill(_ path: String) throws {
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
