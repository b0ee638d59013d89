internal import EventCore
internal import Synchronization

/// The event loop of a datagram server. All of it happens on one thread.
final class DatagramLoop {
    private let sockets: [DatagramListener]
    private let handler: any DatagramHandler
    private let mailbox: LoopMailbox<Void>
    private let counts: DatagramCounts
    private let poller: Poller
    /// What the kernel has said so far of each socket's drops; its counter has 32 bits.
    private var overflowed: [UInt32]

    /// Most datagrams taken from one socket before another has its turn.
    private static let turnDatagramsMax = 64

    init(
        _ sockets: [DatagramListener], _ handler: any DatagramHandler,
        _ mailbox: LoopMailbox<Void>, _ counts: DatagramCounts
    ) throws(SystemError) {
        self.sockets = sockets
        self.handler = handler
        self.mailbox = mailbox
        self.counts = counts
        poller = try Poller()
        overflowed = sockets.map { _ in 0 }
        guard poller.add(mailbox.event.number, Poller.input, token: UInt64(sockets.count)) else {
            throw .last("epoll_ctl")
        }
        for (index, socket) in sockets.enumerated() {
            guard poller.add(socket.descriptor.number, Poller.input, token: UInt64(index)) else {
                throw .last("epoll_ctl")
            }
        }
    }

    /// Runs until it is told to stop.
    func run() {
        withUnsafeTemporaryAllocation(byteCount: DatagramServer.datagramBytesMax, alignment: 8) {
            buffer in
            while true {
                for index in 0..<poller.wait() {
                    let token = Int(poller.event(index).token)
                    guard token < sockets.count else { return }
                    read(token, buffer)
                }
            }
        }
    }

    private func read(_ index: Int, _ buffer: UnsafeMutableRawBufferPointer) {
        let socket = sockets[index]
        let now = Clock.now()
        for _ in 0..<Self.turnDatagramsMax {
            switch socket.receive(into: buffer) {
            case .nothing:
                return
            case .tooLong(let sender, let lost):
                guard isTaken(sender, index, lost) else { continue }
                counts.refused.add(1, ordering: .relaxed)
                socket.reply(handler.answer(tooLong: [UInt8](buffer[..<1])), to: sender)
            case .datagram(let count, let sender, let lost):
                guard isTaken(sender, index, lost) else { continue }
                let answer = handler.answer(
                    [UInt8](buffer[..<count]), from: sender.peer, at: now
                ) {
                    socket.reply($0, to: sender)
                }
                if let answer { socket.reply(answer, to: sender) }
            }
        }
    }

    /// Counts a datagram; whether it is answered at all.
    private func isTaken(_ sender: DatagramListener.Sender, _ index: Int, _ lost: Int) -> Bool {
        counts.received.add(1, ordering: .relaxed)
        note(lost, index)
        // A notification that a link led to our own socket is no command: else whoever may subscribe and raise could
        // give every command there is, as us.
        let isTaken =
            sender.peer.isPlausibleSender && !sender.isOurselves && handler.accepts(sender.peer)
        if !isTaken { counts.refused.add(1, ordering: .relaxed) }
        return isTaken
    }

    private func note(_ lost: Int, _ index: Int) {
        // 0: the kernel has not said; it only does once it has dropped one.
        guard lost != 0 else { return }
        let total = UInt32(truncatingIfNeeded: lost)
        counts.overflowed.add(Int(total &- overflowed[index]), ordering: .relaxed)
        overflowed[index] = total
    }
}
