internal import EventCore
internal import Foundation
internal import Synchronization

/// A UDP socket of 127.0.0.1 that is emptied by a thread of its own, so that nothing is lost, and counts.
public final class CountingReceiver: @unchecked Sendable {
    // @unchecked because the socket is only read by the counting thread; what is shared is inside locks.
    private let receiver = DatagramReceiver(deadlineMilliseconds: 100)
    private let counted = Lock(0)
    private let isOver = Lock(false)
    /// The socket text that reaches it.
    public let socketText: String

    /// Begins to count.
    public init() {
        socketText = receiver.socketText
        Thread.detachNewThread { [self] in
            while true {
                if receiver.receiveBytes() != nil {
                    counted.withLock { $0 += 1 }
                } else if isOver.withLock({ $0 }) {
                    return
                }
            }
        }
    }

    /// Datagrams so far.
    public var count: Int { counted.withLock { $0 } }

    /// Lets the thread end once nothing comes any more.
    public func stop() { isOver.withLock { $0 = true } }
}
