import Foundation
import TestSupport
import Testing

/// A service's side of the command FIFO, written by the book: takes one command, answers where it says.
private final class FIFOServer: @unchecked Sendable {
    // @unchecked because `command` and `replyOwner` are only read once `done` was signalled.
    let directory: String
    var path: String { directory + "/mi.fifo" }
    private(set) var command = ""
    private(set) var replyOwner: uid_t?
    private let done = DispatchSemaphore(value: 0)

    init(answer: @escaping @Sendable (String) -> String) throws {
        directory = NSTemporaryDirectory() + "fifo-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        mkfifo(path, 0o600)
        // Read and write: it never sees an end of file, and nobody waits for it to open.
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        Thread.detachNewThread { [self] in
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = read(descriptor, &buffer, buffer.count)
            command = String(decoding: buffer[..<max(0, count)], as: UTF8.self)
            // `:reply:{json}`, or `:command:reply`.
            let line = command.split(separator: "\n")[0].split(separator: ":", maxSplits: 2)
            let reply = line[1].hasPrefix("{") ? line[0] : line[1]
            let out = open(directory + "/" + reply, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            var status = stat()
            if fstat(out, &status) == 0 { replyOwner = status.st_uid }
            let text = Array(answer(command).utf8)
            write(out, text, text.count)
            close(out)
            close(descriptor)
            done.signal()
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func received() -> String {
        _ = done.wait(timeout: .now() + 10)
        return command
    }

    /// What is left in the directory besides the FIFO itself.
    var leftovers: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter {
            $0 != "mi.fifo"
        }
    }
}

@Suite("carillonctl fifo")
struct FIFOTests {
    @Test("as the tutorial types it: one JSON-RPC line, the answer from a FIFO of its own")
    func json() throws {
        let server = try FIFOServer { _ in #"{"jsonrpc":"2.0","result":"OK","id":1}"# }
        let result = try ProgramRun.run(
            "carillonctl",
            ["fifo", "event_subscribe", "E_PIKE_BLOCKED", "udp:127.0.0.1:8888", "1200"],
            environment: ["CARILLON_FIFO": server.path])
        #expect(result.status == 0 && result.output == "OK\n", "\(result)")
        let command = server.received()
        #expect(
            command.hasSuffix(
                #":{"jsonrpc":"2.0","method":"event_subscribe","params":["E_PIKE_BLOCKED","udp:127.0.0.1:8888","1200"],"id":1}"#
                    + "\n"))
        #expect(command.hasPrefix(":carillonctl-"))
        #expect(server.leftovers.isEmpty)
    }

    @Test("an error of the service is one here")
    func error() throws {
        let server = try FIFOServer { _ in
            #"{"jsonrpc":"2.0","error":{"code":404,"message":"Event not published"},"id":1}"#
        }
        let result = try ProgramRun.run(
            "carillonctl", ["fifo", "--fifo", server.path, "subscribers_list", "E_X"])
        #expect(result.status == 4 && result.errors.contains("404 Event not published"))
    }

    @Test(
        "the lines of OpenSIPS 2: parameters a line each, quoted where they must be; the status decides"
    )
    func classic() throws {
        let server = try FIFOServer { _ in
            "200 OK\nEvent:: E_X id=4\n\tSubscriber::  socket=udp:127.0.0.1:5 expire=never\n\n"
        }
        let result = try ProgramRun.run(
            "carillonctl",
            ["fifo", "--classic", "--fifo", server.path, "subscribers_list", "E_X", " a \"b\""])
        #expect(
            result.output
                == "Event:: E_X id=4\n\tSubscriber::  socket=udp:127.0.0.1:5 expire=never\n")
        let lines = server.received().split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines[0].hasPrefix(":subscribers_list:carillonctl-"))
        #expect(lines[1...] == ["E_X", "\" a \\\"b\\\"\"", "", ""])
        let refusing = try FIFOServer { _ in "404 Event not published\n\n" }
        let refused = try ProgramRun.run(
            "carillonctl",
            ["fifo", "--classic", "--fifo", refusing.path, "subscribers_list", "E_X"])
        #expect(refused.status == 4 && refused.errors == "carillonctl: 404 Event not published\n")
    }

    @Test("a command that the lines of OpenSIPS 2 do not have is 4, as over JSON-RPC")
    func unknown() throws {
        let server = try FIFOServer { _ in "500 command 'nope' not available\n" }
        let result = try ProgramRun.run(
            "carillonctl", ["fifo", "--classic", "--fifo", server.path, "nope"])
        #expect(result.status == 4 && result.errors.contains("carillonctl fifo which"))
    }

    @Test(
        "root's reply FIFO belongs to the user whose command FIFO it is, who could not write else")
    func owner() throws {
        let server = try FIFOServer { _ in "200 OK\n\n" }
        guard chown(server.path, 65_534, .max) == 0 else {
            print("left out: only root can give a file away")
            return
        }
        _ = try ProgramRun.run(
            "carillonctl", ["fifo", "--classic", "--fifo", server.path, "which"])
        _ = server.received()
        #expect(server.replyOwner == 65_534)
    }

    @Test("no FIFO, or one that nobody reads: 3, and what else there is")
    func absent() throws {
        let none = try ProgramRun.run("carillonctl", ["fifo", "which"])
        #expect(
            none.status == 3 && none.errors.contains("/.local/state/carillon/mi.fifo: No such file")
        )
        let path = NSTemporaryDirectory() + "nobody-" + UUID().uuidString
        mkfifo(path, 0o600)
        defer { unlink(path) }
        let silent = try ProgramRun.run("carillonctl", ["fifo", "--fifo", path, "which"])
        #expect(silent.status == 3 && silent.errors.contains("nobody reads it"))
    }
}
