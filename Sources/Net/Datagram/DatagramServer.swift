internal import Dispatch
public import EventCore
internal import Synchronization

/// Where datagrams are taken.
public enum DatagramAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address (without brackets) or a name, and a port; port 0 lets the kernel choose
    /// one.
    case udp(host: String, port: UInt16)
    /// The path of a UNIX datagram socket, at most 107 bytes.
    case unix(path: String)

    /// `udp:127.0.0.1:8080`, `udp:[::1]:8080`, `unix:/run/mi.sock`.
    public var description: String {
        switch self {
        case .udp(let host, let port):
            "udp:" + (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host) + ":\(port)"
        case .unix(let path): "unix:" + path
        }
    }
}

/// What answers datagrams, on the server's own thread; must not block.
public protocol DatagramHandler: Sendable {
    /// Whether datagrams of this sender are taken at all: others get no reply.
    func accepts(_ peer: PeerAddress) -> Bool

    /// Answers a datagram of more than `DatagramServer.datagramBytesMax` bytes, which begins so; empty for no reply.
    func answer(tooLong start: [UInt8]) -> [UInt8]

    /// Answers one datagram: at once, empty for no reply; or nil, and `later` gets the answer exactly
    /// once, from any thread. An answer has at most `DatagramServer.replyBytesMax` bytes.
    func answer(
        _ datagram: [UInt8], from peer: PeerAddress, at now: Moment,
        later: @escaping @Sendable ([UInt8]) -> Void
    ) -> [UInt8]?
}

/// What a datagram server has done so far.
public struct DatagramCounters: Sendable, Equatable {
    /// Datagrams that were taken.
    public var received = 0
    /// Datagrams of senders that are not accepted, or that nobody could reply to, and those too long.
    public var refused = 0
    /// Datagrams that the kernel dropped because they came faster than they were read.
    public var overflowed = 0
    /// Replies that were sent.
    public var replies = 0
    /// Replies that the kernel did not take: the sender has gone, or reads too slowly.
    public var repliesFailed = 0

    /// Nothing yet.
    public init() {}
}

/// Takes datagrams and replies to their senders: one event loop in one long-running block on a serial
/// Dispatch queue of its own, for all its addresses.
public final class DatagramServer: Sendable {
    /// Most bytes of a datagram: more than any that came by UDP has. UNIX datagrams can be longer.
    public static let datagramBytesMax = 65_536
    /// Most bytes of a reply: what fits into a UDP datagram over IPv4.
    public static let replyBytesMax = 65_507

    private enum Phase {
        case new, running, stopped
    }

    private struct State {
        var phase = Phase.new
        var sockets: [DatagramListener] = []
        var files: [UnixSocketFile] = []
    }

    private let handler: any DatagramHandler
    private let mailbox: LoopMailbox<Void>
    private let counts = DatagramCounts()
    private let group = DispatchGroup()
    private let state = Lock(State())

    /// A server that takes nothing yet.
    public init(handler: any DatagramHandler) throws(SystemError) {
        self.handler = handler
        mailbox = try LoopMailbox()
    }

    /// Binds an address; before `start`, any number of times. Returns it with the real port. Looks a
    /// host name up, which may block.
    ///
    /// A UNIX socket is made for this user alone; a stale one is removed only if it is a socket, ours,
    /// and nobody has it bound: else EADDRINUSE or EEXIST.
    @discardableResult
    public func listen(on address: DatagramAddress) throws(SystemError) -> DatagramAddress {
        let socket = try DatagramListener(address, counts)
        state.withLock { state in
            state.sockets.append(socket)
            if let file = socket.file { state.files.append(file) }
        }
        return socket.address
    }

    /// Where the kernel has bound the UDP ports, host names looked up; to be asked before `start`.
    public var bound: [PeerAddress] { state.withLock { $0.sockets.compactMap(\.bound) } }

    /// Says who may open the UNIX sockets; any time. Throws for the first whose file cannot be changed.
    public func setUnixSocketAccess(_ access: UnixSocketAccess) throws(SystemError) {
        for file in state.withLock({ $0.files }) { try file.set(access) }
    }

    /// Begins to read. Once. Throws when the kernel has no descriptor for the event loop.
    public func start() throws(SystemError) {
        let sockets: [DatagramListener]? = state.withLock { state in
            guard state.phase == .new else { return nil }
            state.phase = .running
            let sockets = state.sockets
            state.sockets = []
            return sockets
        }
        guard let sockets else { return }
        let loop = try DatagramLoop(sockets, handler, mailbox, counts)
        let box = Box(loop: loop)
        DispatchQueue(label: "carillon.datagram").async(group: group) { box.loop.run() }
    }

    /// Reads no more and removes what it made. Answers that come later are still sent, each when it is
    /// there. Blocks until the loop has ended.
    public func stop() {
        let wasRunning = state.withLock { state in
            let wasRunning = state.phase == .running
            state.phase = .stopped
            state.sockets = []
            state.files = []
            return wasRunning
        }
        guard wasRunning else { return }
        mailbox.post(())
        group.wait()
    }

    /// What it has done so far. Any thread.
    public var counters: DatagramCounters {
        var counters = DatagramCounters()
        counters.received = counts.received.load(ordering: .relaxed)
        counters.refused = counts.refused.load(ordering: .relaxed)
        counters.overflowed = counts.overflowed.load(ordering: .relaxed)
        counters.replies = counts.replies.load(ordering: .relaxed)
        counters.repliesFailed = counts.repliesFailed.load(ordering: .relaxed)
        return counters
    }

    /// Carries the loop from the thread that made it, where errors can be thrown, to the one that runs
    /// it.
    private struct Box: @unchecked Sendable {
        // @unchecked because it is made before the one block that uses it is enqueued.
        let loop: DatagramLoop
    }
}

/// What the loop and late answers count.
final class DatagramCounts: Sendable {
    let received = Atomic<Int>(0)
    let refused = Atomic<Int>(0)
    let overflowed = Atomic<Int>(0)
    let replies = Atomic<Int>(0)
    let repliesFailed = Atomic<Int>(0)
}
