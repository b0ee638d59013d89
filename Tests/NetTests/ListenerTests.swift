import EventCore
import Foundation
import Glibc
import Net
import TestSupport
import Testing
import WireFormats

@Suite struct ListenerTests {
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let path = NSTemporaryDirectory() + "carillon-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    @Test("a UNIX socket serves, is ours alone, and is removed at the end")
    func unix() throws {
        try withDirectory { directory in
            let path = directory + "/http"
            let server = try TestServer(.unix(path: path))
            var status = stat()
            #expect(lstat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
            let client = try server.client()
            client.send(get())
            #expect(client.response()?.status == 200)
            client.close()
            server.stop()
            #expect(lstat(path, &status) != 0)
        }
    }

    @Test("others may open it when they are let, until they are not; another file is left alone")
    func access() throws {
        try withDirectory { directory in
            let path = directory + "/http"
            let server = try HTTPServer(handler: TestHandler())
            defer { server.stop(graceMilliseconds: 0) }
            try server.listen(on: .unix(path: path))
            func mode() -> mode_t {
                var status = stat()
                return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
            }
            try server.setUnixSocketAccess(.everybody)
            #expect(mode() == 0o666)
            try server.start()
            try server.setUnixSocketAccess(.owner)
            #expect(mode() == 0o600)
            #expect(unlink(path) == 0)
            #expect(FileManager.default.createFile(atPath: path, contents: nil))
            #expect(chmod(path, 0o640) == 0)
            try server.setUnixSocketAccess(.everybody)
            #expect(mode() == 0o640)
        }
    }

    @Test("what it is bound to is told as the kernel has it, a name looked up")
    func bound() throws {
        let server = try HTTPServer(handler: TestHandler())
        defer { server.stop(graceMilliseconds: 0) }
        guard
            case .tcp("localhost", let port) = try server.listen(
                on: .tcp(host: "localhost", port: 0))
        else {
            Issue.record("it does not say what it was asked for")
            return
        }
        let bound = try #require(server.bound.first)
        #expect(bound.address?.isLoopback == true && bound.port == port && port != 0)
    }

    @Test("a stale socket is replaced; a used one and any other file are left alone")
    func stale() throws {
        try withDirectory { directory in
            let path = directory + "/http"
            let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: Array(path.utf8)) }
            let bound = withUnsafePointer(to: &name) { name in
                name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            #expect(bound == 0)
            close(number)
            let server = try TestServer(.unix(path: path))
            defer { server.stop() }
            #expect(throws: SystemError("listen on unix:" + path, EADDRINUSE)) {
                try TestServer(.unix(path: path))
            }
            let file = directory + "/file"
            #expect(FileManager.default.createFile(atPath: file, contents: Data("kept".utf8)))
            #expect(throws: SystemError("listen on unix:" + file, EEXIST)) {
                try TestServer(.unix(path: file))
            }
            #expect(FileManager.default.contents(atPath: file) == Data("kept".utf8))
            let long = directory + "/" + String(repeating: "x", count: 108)
            #expect(throws: SystemError("listen on unix:" + long, ENAMETOOLONG)) {
                try TestServer(.unix(path: long))
            }
        }
    }

    @Test("a port in use is an error that names it")
    func portInUse() throws {
        let server = try TestServer()
        defer { server.stop() }
        #expect(throws: SystemError("listen on \(server.address)", EADDRINUSE)) {
            try TestServer(server.address)
        }
    }

    @Test(
        "addresses print as people write them",
        arguments: [
            (PeerAddress.ipv4(0x7F00_0001, port: 80), "127.0.0.1:80"),
            (PeerAddress.ipv6(high: 0, low: 1, port: 80), "[::1]:80"),
            (PeerAddress.unix(user: 1_000, process: 42), "unix:uid=1000,pid=42"),
        ])
    func printing(_ address: PeerAddress, _ text: String) {
        #expect(address.description == text)
    }
}
