/// Names one parked request, so that its answer can be given from any thread, once.
public struct HTTPTicket: Sendable {
    /// Which request of which connection.
    struct Address: Sendable, Equatable {
        /// The connection's slot and generation, as in the epoll data.
        var connection: UInt64
        /// The number of the request on its connection.
        var request: UInt32
    }

    let mailbox: HTTPMailbox
    let address: Address

    /// Brings the answer: `render` runs soon on the worker that owns the connection, and must not
    /// block.
    ///
    /// Any thread, never blocks longer than an enqueue. When the connection has ended meanwhile, or
    /// this ticket was completed before, `render` is dropped without being run.
    public func complete(_ render: @escaping @Sendable (inout HTTPResponse) -> Void) {
        mailbox.post(.completion(address, render))
    }
}
