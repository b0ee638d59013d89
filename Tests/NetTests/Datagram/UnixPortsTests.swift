import Foundation
import Net
import TestSupport
import Testing

@Suite("UNIX ports")
struct UnixPortsTests {
    let directory: PrivateDirectory

    init() throws { directory = try PrivateDirectory() }

    private func path(_ name: String) -> String { directory.path + "/" + name }

    private func send(
        _ ports: inout UnixPorts, _ text: String, to path: String, now: Int64 = 0
    ) -> Int32 {
        Array(text.utf8).withUnsafeBytes { ports.send($0, to: UnixAddress(path), now: now) }
    }

    @Test("a path and an abstract name are reached, the second time through a kept socket")
    func reaches() throws {
        var ports = try UnixPorts()
        let abstract = "@carillon-\(getpid())-\(directory.path.suffix(6))"
        for name in [path("a"), abstract] {
            let receiver = UnixReceiver(name)
            for text in ["one", "two", "three"] {
                #expect(send(&ports, text, to: name) == 0)
                #expect(receiver.receive() == text)
            }
        }
        #expect(ports.connectionCount == 2)
    }

    @Test("a receiver that went away and came back is found at once")
    func returning() throws {
        var ports = try UnixPorts()
        var receiver: UnixReceiver? = UnixReceiver(path("a"))
        #expect(send(&ports, "one", to: path("a")) == 0)
        receiver?.unlinkPath()
        receiver = nil
        #expect(send(&ports, "lost", to: path("a")) == ENOENT)
        #expect(ports.connectionCount == 0)
        let again = UnixReceiver(path("a"))
        #expect(send(&ports, "two", to: path("a")) == 0)
        #expect(again.receive() == "two")
    }

    @Test("a path that was bound anew while its old socket is still open is found after a second")
    func rebound() throws {
        var ports = try UnixPorts()
        let old = UnixReceiver(path("a"))
        #expect(send(&ports, "one", to: path("a")) == 0)
        old.unlinkPath()
        let new = UnixReceiver(path("a"))
        #expect(send(&ports, "two", to: path("a"), now: UnixPorts.recheckNanoseconds) == 0)
        #expect(new.receiveNow() == "two")
        #expect(old.receiveNow() == "one")
        #expect(old.receiveNow() == nil)
    }

    @Test("a receiver that does not read costs EAGAIN, never time")
    func full() throws {
        var ports = try UnixPorts()
        let receiver = UnixReceiver(path("a"))
        var codes: [Int32] = []
        for _ in 0..<2_000 { codes.append(send(&ports, "x", to: path("a"))) }
        #expect(codes.first == 0)
        #expect(codes.last == EAGAIN)
        #expect(receiver.receive() == "x")
        #expect(send(&ports, "y", to: path("a")) == 0)
    }

    @Test("files that are no datagram sockets are errors and stay as they are")
    func otherFiles() throws {
        var ports = try UnixPorts()
        let text = "do not touch"
        try text.write(toFile: path("file"), atomically: false, encoding: .utf8)
        try FileManager.default.createDirectory(
            atPath: path("dir"), withIntermediateDirectories: false)
        #expect(mkfifo(path("fifo"), 0o600) == 0)
        let reader = open(path("fifo"), O_RDONLY | O_NONBLOCK)
        for name in ["file", "dir", "fifo"] {
            #expect(send(&ports, "payload", to: path(name)) == ENOTSOCK, "\(name)")
        }
        #expect(send(&ports, "payload", to: path("none")) == ENOENT)
        #expect(send(&ports, "payload", to: path("file/none")) == ENOTDIR)
        #expect(try String(contentsOfFile: path("file"), encoding: .utf8) == text)
        var byte: UInt8 = 0
        #expect(read(reader, &byte, 1) == 0, "nobody has written to the FIFO")
        close(reader)
        #expect(ports.connectionCount == 0)
    }

    @Test("a stream socket at the path is EPROTOTYPE")
    func streamSocket() throws {
        var ports = try UnixPorts()
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let name = path("s")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        #expect(send(&ports, "x", to: name) == EPROTOTYPE)
    }

    @Test(
        "more receivers than connections: all are reached, and connections are not remade for each")
    func moreThanKept() throws {
        var ports = try UnixPorts(connectionsMax: 4)
        let receivers = (0..<10).map { UnixReceiver(path("r\($0)")) }
        for round in 0..<20 {
            for (number, receiver) in receivers.enumerated() {
                #expect(send(&ports, "\(round)", to: path("r\(number)")) == 0)
                #expect(receiver.receive() == "\(round)")
            }
        }
        #expect(ports.connectionCount == 4)
    }

    @Test("107 bytes of path and of abstract name are carried whole")
    func longest() throws {
        var ports = try UnixPorts()
        let long = path(
            String(repeating: "p", count: UnixAddress.bytesMax - directory.path.utf8.count - 1))
        let abstract = "@" + long.replacingOccurrences(of: "/", with: "-")
        for name in [long, abstract] {
            let receiver = UnixReceiver(name)
            #expect(send(&ports, "x", to: name) == 0)
            #expect(receiver.receive() == "x")
        }
    }
}
