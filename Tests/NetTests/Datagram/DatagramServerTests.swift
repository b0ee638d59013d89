import EventCore
import Foundation
import Glibc
import Net
import Synchronization
import TestSupport
import Testing

@Suite("A server of datagrams")
struct DatagramServerTests {
    /// Answers with what it got; `later` later, `none` not at all.
    private final class Handler: DatagramHandler {
        struct State {
            var peers: [PeerAddress] = []
            var counts: [Int] = []
            var waiting: [@Sendable ([UInt8]) -> Void] = []
        }

        let state = Lock(State())
        let isOpen: Bool

        init(isOpen: Bool = true) {
            self.isOpen = isOpen
        }

        func accepts(_ peer: PeerAddress) -> Bool { isOpen }

        func answer(tooLong start: [UInt8]) -> [UInt8] {
            Array("too long: \(String(decoding: start, as: UTF8.self))".utf8)
        }

        func answer(
            _ datagram: [UInt8], from peer: PeerAddress, at now: Moment,
            later: @escaping @Sendable ([UInt8]) -> Void
        ) -> [UInt8]? {
            state.withLock { state in
                state.peers.append(peer)
                state.counts.append(datagram.count)
            }
            switch String(decoding: datagram.prefix(8), as: UTF8.self) {
            case "none": return []
            case "later":
                state.withLock { $0.waiting.append(later) }
                return nil
            default: return datagram
            }
        }

        var count: Int { state.withLock { $0.counts.count } }
    }

    private struct Running {
        let server: DatagramServer
        let addresses: [DatagramAddress]

        init(_ handler: Handler, _ addresses: DatagramAddress...) throws {
            server = try DatagramServer(handler: handler)
            self.addresses = try addresses.map { [server] in try server.listen(on: $0) }
            try server.start()
        }
    }

    /// Runs a program in a process of its own; nil, and says so, where there is no Python.
    private func python3(_ program: String, _ argument: String) throws -> Process? {
        guard access("/usr/bin/python3", X_OK) == 0 else {
            print("left out: there is no /usr/bin/python3")
            return nil
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", program, argument]
        try process.start()
        return process
    }

    @Test("IPv4, IPv6 and UNIX senders get their datagram back, and are known")
    func echo() throws {
        let directory = try PrivateDirectory()
        let handler = Handler()
        let running = try Running(
            handler, .udp(host: "127.0.0.1", port: 0), .udp(host: "::1", port: 0),
            .unix(path: directory.path + "/mi"))
        defer { running.server.stop() }
        for (place, address) in zip(
            [.ipv4, .ipv6, .path(directory.path + "/client")], running.addresses
        ) as Zip2Sequence<[DatagramReceiver.Place], _> {
            let client = DatagramReceiver(place)
            #expect(client.send("hello", to: address))
            #expect(client.receive() == "hello")
        }
        let peers = handler.state.withLock { $0.peers }
        #expect(peers.map(\.family) == [.ipv4, .ipv6, .unix])
        #expect(peers[0].high == 0x7F00_0001 && peers[1].low == 1)
        #expect(peers[2].user == geteuid() && peers[2].process == getpid())
        #expect(eventually { running.server.counters.replies == 3 })
        #expect(running.server.counters.received == 3)
    }

    @Test("D02: a datagram of the largest size comes whole, and goes back")
    func large() throws {
        let running = try Running(Handler(), .udp(host: "127.0.0.1", port: 0))
        defer { running.server.stop() }
        let client = DatagramReceiver()
        let text = String(repeating: "x", count: DatagramServer.replyBytesMax)
        #expect(client.send(text, to: running.addresses[0]))
        #expect(client.receive() == text)
    }

    @Test("D01, D06: an empty datagram is one; a sender that is not accepted hears nothing")
    func refused() throws {
        let open = Handler()
        let closed = Handler(isOpen: false)
        let running = try Running(open, .udp(host: "127.0.0.1", port: 0))
        let guarded = try Running(closed, .udp(host: "127.0.0.1", port: 0))
        defer {
            running.server.stop()
            guarded.server.stop()
        }
        let client = DatagramReceiver()
        #expect(client.send("", to: running.addresses[0]))
        #expect(client.send("knock", to: guarded.addresses[0]))
        #expect(eventually { guarded.server.counters.refused == 1 && open.count == 1 })
        #expect(client.receiveNow() == nil && closed.count == 0)
    }

    @Test("an answer that comes later goes to its sender; an empty one nowhere")
    func later() throws {
        let handler = Handler()
        let running = try Running(handler, .udp(host: "127.0.0.1", port: 0))
        defer { running.server.stop() }
        let client = DatagramReceiver()
        for text in ["later", "none", "now"] {
            #expect(client.send(text, to: running.addresses[0]))
        }
        #expect(client.receive() == "now")
        handler.state.withLock { $0.waiting[0] }(Array("then".utf8))
        #expect(client.receive() == "then")
    }

    @Test("an answer that comes after the stop is still sent")
    func afterStop() throws {
        let handler = Handler()
        let running = try Running(handler, .udp(host: "127.0.0.1", port: 0))
        let client = DatagramReceiver()
        #expect(client.send("later", to: running.addresses[0]))
        #expect(eventually { handler.count == 1 })
        running.server.stop()
        handler.state.withLock { $0.waiting.removeFirst() }(Array("then".utf8))
        #expect(client.receive() == "then")
    }

    @Test("D07: a UNIX sender without a name is served and gets no reply")
    func nameless() throws {
        let directory = try PrivateDirectory()
        let handler = Handler()
        let path = directory.path + "/mi"
        let running = try Running(handler, .unix(path: path))
        defer { running.server.stop() }
        let python = """
            import socket, sys
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'hello', sys.argv[1])
            """
        guard let process = try python3(python, path) else { return }
        process.waitUntilExit()
        #expect(eventually { handler.count == 1 })
        var expected = DatagramCounters()
        expected.received = 1
        #expect(running.server.counters == expected)
    }

    @Test("what this process sends to itself from a socket without a name is no command")
    func ourselves() throws {
        let directory = try PrivateDirectory()
        let handler = Handler()
        let path = directory.path + "/mi"
        let running = try Running(handler, .unix(path: path))
        defer { running.server.stop() }
        try FileManager.default.createSymbolicLink(
            atPath: directory.path + "/link", withDestinationPath: path)
        var ports = try UnixPorts()
        let code = Array("hello".utf8).withUnsafeBytes {
            ports.send($0, to: UnixAddress(directory.path + "/link"))
        }
        #expect(code == 0)
        #expect(eventually { running.server.counters.refused == 1 })
        #expect(handler.count == 0)
    }

    @Test("a UNIX datagram beyond 64 KB is refused as one, never cut and run")
    func tooLong() throws {
        let directory = try PrivateDirectory()
        let handler = Handler()
        let running = try Running(handler, .unix(path: directory.path + "/mi"))
        defer { running.server.stop() }
        let client = DatagramReceiver(.path(directory.path + "/client"))
        let most = [UInt8](repeating: UInt8(ascii: "x"), count: DatagramServer.datagramBytesMax)
        #expect(client.send(most + [0], to: running.addresses[0]))
        #expect(client.receive() == "too long: x")
        #expect(handler.count == 0 && running.server.counters.refused == 1)
        #expect(client.send(most, to: running.addresses[0]))
        #expect(client.receiveBytes()?.count == most.count)
    }

    @Test("D08: a UNIX sender that has gone is counted, and the next one is served")
    func gone() throws {
        let directory = try PrivateDirectory()
        let handler = Handler()
        let running = try Running(handler, .unix(path: directory.path + "/mi"))
        defer { running.server.stop() }
        var client: DatagramReceiver? = DatagramReceiver(.path(directory.path + "/client"))
        #expect(client?.send("later", to: running.addresses[0]) == true)
        #expect(eventually { handler.count == 1 })
        client = nil
        handler.state.withLock { $0.waiting.removeFirst() }(Array("then".utf8))
        #expect(eventually { running.server.counters.repliesFailed == 1 })
        let next = DatagramReceiver(.path(directory.path + "/client"))
        #expect(next.send("hello", to: running.addresses[0]) && next.receive() == "hello")
        #expect(client == nil)
    }

    @Test("a UDP sender that has gone does not disturb the next one")
    func goneUDP() throws {
        let handler = Handler()
        let running = try Running(handler, .udp(host: "127.0.0.1", port: 0))
        defer { running.server.stop() }
        var client: DatagramReceiver? = DatagramReceiver()
        #expect(client?.send("later", to: running.addresses[0]) == true)
        #expect(eventually { handler.count == 1 })
        client = nil
        handler.state.withLock { $0.waiting.removeFirst() }(Array("then".utf8))
        let next = DatagramReceiver()
        #expect(next.send("hello", to: running.addresses[0]) && next.receive() == "hello")
        #expect(client == nil)
    }

    @Test("descriptors that a UNIX sender passes along are closed")
    func passedDescriptors() throws {
        let directory = try PrivateDirectory()
        let running = try Running(Handler(), .unix(path: directory.path + "/mi"))
        defer { running.server.stop() }
        let client = DatagramReceiver(.path(directory.path + "/client"))
        func open() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
        }
        let python = """
            import array, os, socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            for _ in range(200):
                s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [0] * 16))], 0, sys.argv[1])
            """
        let before = try open()
        guard let process = try python3(python, directory.path + "/mi") else { return }
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(eventually { running.server.counters.received == 200 })
        #expect(client.send("after", to: running.addresses[0]) && client.receive() == "after")
        #expect(try open() < before + 50)
    }

    @Test("a port or path that somebody has is refused; what is no socket of ours is left alone")
    func addresses() throws {
        let directory = try PrivateDirectory()
        let path = directory.path + "/mi"
        let running = try Running(
            Handler(), .udp(host: "127.0.0.1", port: 0), .unix(path: path))
        let other = try DatagramServer(handler: Handler())
        for address in running.addresses {
            let error = #expect(throws: SystemError.self) { try other.listen(on: address) }
            #expect(error?.errno == EADDRINUSE)
        }
        running.server.stop()
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(try other.listen(on: .unix(path: path)) == .unix(path: path))
        let file = directory.path + "/file"
        _ = FileManager.default.createFile(atPath: file, contents: Data("mine".utf8))
        #expect(throws: SystemError("bind unix:" + file, EEXIST)) {
            try other.listen(on: .unix(path: file))
        }
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "mine")
    }
}
