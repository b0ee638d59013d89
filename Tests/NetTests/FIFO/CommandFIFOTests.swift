import Foundation
import Glibc
import Net
import TestSupport
import Testing

@Suite("A command FIFO's file")
struct CommandFIFOTests {
    private func server(_ path: String) throws(SystemError) -> FIFOServer {
        try FIFOServer(
            configuration: FIFOConfiguration(path: path, replyDirectory: "/nowhere"),
            handler: FIFOTestServer.Handler())
    }

    @Test("F14: a file, a link or a directory in its place: refused, and left as it is")
    func obstacles() throws {
        let directory = try PrivateDirectory()
        let files = FileManager.default
        let path = directory.path + "/mi.fifo"
        _ = files.createFile(atPath: path, contents: Data("mine".utf8))
        #expect(throws: SystemError("make FIFO \(path)", EEXIST)) { _ = try server(path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        let other = directory.path + "/link"
        try files.createSymbolicLink(atPath: other, withDestinationPath: path)
        #expect(throws: SystemError("make FIFO \(other)", EEXIST)) { _ = try server(other) }
        #expect(try files.destinationOfSymbolicLink(atPath: other) == path)
        #expect(throws: SystemError.self) { _ = try server(directory.path) }
    }

    @Test("a FIFO that a killed process left is replaced; one that somebody reads is not")
    func stale() throws {
        let directory = try PrivateDirectory()
        let path = directory.path + "/mi.fifo"
        #expect(mkfifo(path, 0o600) == 0)
        let first = try server(path)
        #expect(throws: SystemError("make FIFO \(path)", EADDRINUSE)) { _ = try server(path) }
        first.stop(graceMilliseconds: 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(
        "F15: deleted, replaced or locked at run time: made anew or put right, and commands go on")
    func vanished() throws {
        let fifo = try FIFOTestServer()
        let reader = try fifo.reader()
        unlink(fifo.path)
        #expect(fifo.notes(.recreated))
        try FIFOPeer.write(":one:r\n\n", to: fifo.path)
        #expect(reader.read() == "<one>")

        unlink(fifo.path)
        mkfifo(fifo.path, 0o666)
        #expect(eventually { fifo.server.counters.recreated == 2 })
        try FIFOPeer.write(":two:r\n\n", to: fifo.path)
        #expect(reader.read() == "<two>")

        chmod(fifo.path, 0)
        #expect(fifo.notes(.permissionsRestored))
        try FIFOPeer.write(":three:r\n\n", to: fifo.path)
        #expect(reader.read() == "<three>")
    }

    @Test("F15: a file put in its place is left alone, and the FIFO made when that has gone")
    func obstructed() throws {
        let fifo = try FIFOTestServer()
        unlink(fifo.path)
        _ = FileManager.default.createFile(atPath: fifo.path, contents: Data("mine".utf8))
        let isNoted = eventually {
            fifo.handler.notices.contains { if case .obstructed = $0 { true } else { false } }
                || fifo.handler.notices.contains(.recreated)
        }
        #expect(isNoted)
        try? FileManager.default.removeItem(atPath: fifo.path)
        let isBack = eventually { (try? FIFOWriter(fifo.path)) != nil }
        #expect(isBack)
    }

    @Test("it goes with its server, unless another file has taken its place")
    func removed() throws {
        let directory = try PrivateDirectory()
        let path = directory.path + "/mi.fifo"
        var configuration = FIFOConfiguration(path: path, replyDirectory: directory.path)
        configuration.checkMilliseconds = 60_000
        let server = try FIFOServer(configuration: configuration, handler: FIFOTestServer.Handler())
        server.start()
        unlink(path)
        _ = FileManager.default.createFile(atPath: path, contents: Data())
        server.stop(graceMilliseconds: 0)
        #expect(FileManager.default.fileExists(atPath: path))
    }

    @Test("replies under way go out before it stops")
    func stopping() throws {
        let fifo = try FIFOTestServer()
        let reader = try fifo.reader()
        try FIFOPeer.write(":later:r\n\n", to: fifo.path)
        #expect(fifo.hasCommands(1))
        fifo.handler.release("<late>")
        fifo.server.stop(graceMilliseconds: 5_000)
        #expect(reader.read() == "<late>")
        #expect(!FileManager.default.fileExists(atPath: fifo.path))
    }
}
