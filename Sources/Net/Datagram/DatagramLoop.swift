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
    /// More than any UDP datagram has.
    private static let bufferBytes = 65_536

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
        withUnsafeTemporaryAllocation(byteCount: Self.bufferBytes, alignment: 8) { buffer in
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
            guard case .datagram(let count, let sender, let lost) = socket.receive(into: buffer)
            else {
                return
            }
            counts.received.add(1, ordering: .relaxed)
            note(lost, index)
            guard sender.peer.isPlausibleSender, handler.accepts(sender.peer) else {
                counts.refused.add(1, ordering: .relaxed)
                continue
            }
            let datagram = [UInt8](UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            let answer = handler.answer(datagram, from: sender.peer, at: now) {
                socket.reply($0, to: sender)
            }
            if let answer { socket.reply(answer, to: sender) }
        }
    }

    private func note(_ lost: Int, _ index: Int) {
        // 0: the kernel has not said; it only does once it has dropped one.
        guard lost != 0 else { return }
        let total = UInt32(truncatingIfNeeded: lost)
        counts.overflowed.add(Int(total &- overflowed[index]), ordering: .relaxed)
        overflowed[index] = total
    }
}
