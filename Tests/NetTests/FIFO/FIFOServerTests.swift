import Foundation
import Glibc
import Net
import TestSupport
import Testing

@Suite("A command FIFO")
struct FIFOServerTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test("commands of both protocols are answered at the FIFO they name")
    func answers() throws {
        let fifo = try FIFOTestServer()
        #expect(mode(fifo.path) == 0o600)
        for (text, answer) in [
            (":r:{\"a\":1}\n", "<{\"a\":1}>"), (":r:{\"a\":1}", "<{\"a\":1}>"),
            (":which:r\n\n", "<which>"), (":c:r\na\n\"b \\\" c\"\n\n", "<c|a|b \" c>"),
            (":c:\(fifo.directory.path)/r\nx\n", "<c|x>"), (":c:r\n\"x\n\n", "<malformed c>"),
        ] {
            let reader = try fifo.reader()
            try FIFOPeer.write(text, to: fifo.path)
            #expect(reader.read() == answer, "\(text)")
        }
        #expect(eventually { fifo.server.counters.replies == 6 })
        #expect(fifo.server.counters.commands == 6 && fifo.server.counters.skipped == 0)
    }

    @Test("no reply name, no reply; an empty answer is none")
    func noReply() throws {
        let fifo = try FIFOTestServer()
        let reader = try fifo.reader()
        try FIFOPeer.write("::{}\n:c:\n\n:silent:r\n\n:last:r\n\n", to: fifo.path)
        #expect(reader.read() == "<last>")
        #expect(fifo.handler.commands == ["{}", "c", "silent", "last"])
    }

    @Test("F10: a thousand commands in one write are answered in order, late answers included")
    func thousand() throws {
        let fifo = try FIFOTestServer()
        let reader = try fifo.reader()
        let commands = (0..<1_000).map { $0 == 500 ? ":later:r\n\n" : ":\($0):r\n\n" }
        try FIFOPeer.write(commands.joined(), to: fifo.path)
        #expect(fifo.hasCommands(1_000))
        fifo.handler.release("<500>")
        let expected = (0..<1_000).map { "<\($0)>" }.joined()
        let text = reader.read { $0.utf8.count >= expected.utf8.count }
        var all = text ?? ""
        // The gathering may have ended before the late answer: then there are two writers.
        while all.utf8.count < expected.utf8.count, let more = reader.read() { all += more }
        #expect(all == expected)
    }

    @Test(
        "F01: a reply that may not go there: the command is refused, nothing is opened",
        arguments: [
            "/etc/passwd", "../r", "..", ".", ".hidden", "a/b", "a\\b", "a\u{1}b",
            String(repeating: "x", count: 300), "/tmp/r",
        ])
    func badReplyName(name: String) throws {
        let fifo = try FIFOTestServer()
        try FIFOPeer.write(":\(name):{}\n", to: fifo.path)
        #expect(fifo.notes(.replyRefused(Array(name.utf8))))
        try FIFOPeer.write(":c:\(name)\n\n", to: fifo.path)
        #expect(eventually { fifo.server.counters.skipped == 2 })
        #expect(fifo.handler.commands.isEmpty)
    }

    @Test(
        "F10: fifty thousand commands whose replies nobody reads cost memory and time by their number"
    )
    func manyUnread() throws {
        let fifo = try FIFOTestServer()
        #expect(mkfifo(fifo.directory.path + "/silent-reader", 0o600) == 0)
        let reader = try fifo.reader()
        let command = Array(":c:silent-reader\n\n".utf8)
        let many = Array(repeatElement(command, count: 50_000).joined())
        try FIFOPeer.write(many, to: fifo.path)
        let start = Clock.boot()
        try FIFOPeer.write(":after:r\n\n", to: fifo.path)
        #expect(reader.read(deadlineMilliseconds: 10_000) == "<after>")
        #expect(Clock.boot() - start < 5_000_000_000)
        #expect(eventually { fifo.server.counters.repliesDropped == 50_000 })
    }

    @Test("F01: a NUL in the reply's name")
    func nulInReplyName() throws {
        let fifo = try FIFOTestServer()
        try FIFOPeer.write(":r\0x:{}\n", to: fifo.path)
        #expect(fifo.notes(.replyRefused(Array("r\0x".utf8))))
    }

    @Test("F02: nothing is written to a link, a file, a FIFO with two names, a device, a directory")
    func notPrivate() throws {
        let fifo = try FIFOTestServer()
        let directory = fifo.directory.path
        let files = FileManager.default
        let target = try fifo.reader("target")
        _ = files.createFile(atPath: directory + "/file", contents: Data("before".utf8))
        try files.createSymbolicLink(atPath: directory + "/link", withDestinationPath: target.path)
        try files.createDirectory(
            atPath: directory + "/directory", withIntermediateDirectories: false)
        let linked = try fifo.reader("linked")
        link(linked.path, directory + "/second")
        var names = ["file", "link", "linked", "directory"]
        if mknod(directory + "/device", S_IFCHR | 0o600, 0x103) == 0 { names.append("device") }
        for name in names {
            try FIFOPeer.write(":\(name):{}\n", to: fifo.path)
            #expect(fifo.notes(.notPrivateFIFO(directory + "/" + name)), "\(name)")
        }
        #expect(target.read(deadlineMilliseconds: 20) == nil)
        #expect(linked.read(deadlineMilliseconds: 20) == nil)
        #expect(try String(contentsOfFile: directory + "/file", encoding: .utf8) == "before")
        #expect(fifo.server.counters.repliesDropped == names.count)
    }

    @Test("F02: nothing is written to a FIFO that somebody else made to read along")
    func foreignReply() throws {
        let fifo = try FIFOTestServer()
        let reader = try fifo.reader()
        guard chown(reader.path, 65_534, .max) == 0 else {
            print("left out: only root can give a file away")
            return
        }
        try FIFOPeer.write(":r:{}\n", to: fifo.path)
        #expect(fifo.notes(.notPrivateFIFO(reader.path)))
        #expect(reader.read(deadlineMilliseconds: 20) == nil)
    }

    @Test(
        "F04: nobody reads the reply: dropped after some tries, the next command is served at once")
    func nobodyReads() throws {
        let fifo = try FIFOTestServer { $0.replyTriesMilliseconds = [0, 2, 20, 3_000] }
        let silent = fifo.directory.path + "/silent-reader"
        #expect(mkfifo(silent, 0o600) == 0)
        let reader = try fifo.reader()
        try FIFOPeer.write(":silent-reader:{\"n\":1}\n:r:{\"n\":2}\n", to: fifo.path)
        #expect(reader.read() == "<{\"n\":2}>")
        #expect(!fifo.handler.notices.contains(.nobodyReads(silent)), "served before the last try")
        #expect(fifo.notes(.nobodyReads(silent)))
    }

    @Test("a reader that comes a little later gets its reply")
    func lateReader() throws {
        // However late it is on a busy machine.
        let fifo = try FIFOTestServer {
            $0.replyTriesMilliseconds = (0..<3_000).map { $0 * 20 }
        }
        let path = fifo.directory.path + "/late"
        #expect(mkfifo(path, 0o600) == 0)
        try FIFOPeer.write(":late:{}\n", to: fifo.path)
        #expect(fifo.hasCommands(1))
        // Blocks until the server has opened it, as client libraries do.
        let number = open(path, O_RDONLY)
        defer { close(number) }
        var chunk = [UInt8](repeating: 0, count: 64)
        let count = read(number, &chunk, chunk.count)
        #expect(String(decoding: chunk[..<max(count, 0)], as: UTF8.self) == "<{}>")
    }

    @Test("F06: the reply FIFO is gone before the answer: noted, nothing else")
    func replyGone() throws {
        let fifo = try FIFOTestServer()
        var reader: ReplyReader? = try fifo.reader("gone")
        let path = fifo.directory.path + "/gone"
        try FIFOPeer.write(":later:gone\n\n", to: fifo.path)
        #expect(fifo.hasCommands(1))
        reader = nil
        fifo.handler.release("too late")
        #expect(fifo.notes(.replyFailed(path, errno: ENOENT)))
        #expect(reader == nil && !FileManager.default.fileExists(atPath: path))
    }

    @Test(
        "a reply larger than a FIFO holds goes out as its reader takes it; one that stops is given up"
    )
    func largeReplies() throws {
        let fifo = try FIFOTestServer { $0.replyWriteMilliseconds = 2_000 }
        let reader = try fifo.reader()
        let stuck = try fifo.reader("stuck")
        try FIFOPeer.write(":big:stuck\n\n:big:r\n\n", to: fifo.path)
        #expect(reader.read()?.utf8.count == 1_000_000)
        #expect(fifo.notes(.replyFailed(stuck.path, errno: EAGAIN)))
        try FIFOPeer.write(":after:r\n\n", to: fifo.path)
        #expect(reader.read() == "<after>")
    }

    @Test("F08: half a command is thrown away when its writer closes, or after a while")
    func halfCommand() throws {
        let fifo = try FIFOTestServer { $0.partialMilliseconds = 50 }
        try FIFOPeer.write(":r:{\"a\":", to: fifo.path)
        #expect(eventually { fifo.server.counters.skipped == 1 })
        let writer = try FIFOWriter(fifo.path)
        try writer.write(":r:{\"a\":")
        #expect(eventually { fifo.server.counters.skipped == 2 })
        try writer.write(":r:{}\n")
        #expect(fifo.hasCommands(1))
        #expect(fifo.handler.commands == ["{}"])
    }

    @Test("a FIFO that is always in the middle of a command loses none: each has its own time")
    func busy() throws {
        let fifo = try FIFOTestServer { $0.partialMilliseconds = 1_000 }
        let writer = try FIFOWriter(fifo.path)
        let end = Clock.boot() + 2_500_000_000
        var count = 0
        try writer.write("::{\"n\":")
        while Clock.boot() < end {
            count += 1
            try writer.write("1}\n::{\"n\":")
            #expect(fifo.hasCommands(count))
        }
        #expect(fifo.server.counters.skipped == 0)
    }

    @Test("F09: ten megabytes without a line feed are one notice, and the next command is served")
    func tenMegabytes() throws {
        // However busy the machine is: what takes too long would be another notice.
        let fifo = try FIFOTestServer { $0.partialMilliseconds = 60_000 }
        let reader = try fifo.reader()
        let writer = try FIFOWriter(fifo.path)
        try writer.write(":r:{\"a\":\"")
        let chunk = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<10 { try writer.write(chunk) }
        try writer.write("\n:r:{}\n")
        #expect(reader.read() == "<{}>")
        #expect(fifo.handler.notices == [.commandTooLong])
    }

    @Test("F16: noise is skipped, and the command behind it is served")
    func noise() throws {
        let fifo = try FIFOTestServer()
        let reader = try fifo.reader()
        var random = SeededRandom(seed: 3)
        let noise = (0..<262_144).map { _ in UInt8.random(in: 0...255, using: &random) }
        try FIFOPeer.write(noise + Array("\n\n:r:{}\n".utf8), to: fifo.path)
        #expect(reader.read() == "<{}>")
    }

    @Test("writers that interleave by whole commands are each answered")
    func interleaved() throws {
        let fifo = try FIFOTestServer()
        let one = try FIFOWriter(fifo.path)
        let two = try FIFOWriter(fifo.path)
        let reader = try fifo.reader()
        for number in 0..<50 {
            try one.write(":a\(number):r\nx\n\n")
            try two.write(":r:{\"n\":\(number)}\n")
        }
        #expect(fifo.hasCommands(100))
        let last = reader.read { $0.hasSuffix("<{\"n\":49}>") }
        #expect(last != nil)
    }
}
