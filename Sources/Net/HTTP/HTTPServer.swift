public import EventCore
public import WireFormats

/// An HTTP/1.1 server (RFC 9110, RFC 9112): listeners, workers, connections. Answers come from its handler.
public final class HTTPServer: Sendable {
    private let configuration: HTTPConfiguration
    private let handler: any HTTPHandler

    /// A server that listens nowhere yet. Raises the soft descriptor limit to the hard one.
    public init(configuration: HTTPConfiguration = HTTPConfiguration(), handler: any HTTPHandler) throws(SystemError) {
        self.configuration = configuration
        self.handler = handler
    }

    /// Begins to listen; to be called before `start`, any number of times. Returns the address with the real port.
    @discardableResult
    public func listen(on address: ListenAddress) throws(SystemError) -> ListenAddress {
        address
    }

    /// Starts the workers and begins to accept. Once.
    public func start() {}

    /// Stops accepting, finishes requests in flight for at most `graceMilliseconds`, closes everything. Blocks
    /// until it is done; not to be called from a handler. Further calls do nothing.
    public func stop(graceMilliseconds: Int) {}

    /// What it has done so far. Any thread.
    public var counters: HTTPCounters { HTTPCounters() }
}
