/// An answer without an end: what one client is sent as it comes into being, server-sent events for
/// example. The worker that owns the connection asks for more whenever the client has taken what
/// there was and somebody has called `HTTPServer.wakeStreams`.
///
/// Pulled, not pushed: a client that does not read costs one buffer of at most about
/// `HTTPWorkerLoop.streamBytesMax` bytes, and what it misses is between it and the stream. It is the
/// handler's to limit how many there are.
public protocol HTTPStream: AnyObject, Sendable {
    /// Appends what this client has not been sent yet, about `bytesMax` bytes at most. Returns false
    /// when nothing comes after it: then the connection closes. On the worker; must not block.
    func read(into bytes: inout [UInt8], bytesMax: Int) -> Bool

    /// Appends what shows that the connection lives: nothing was sent for
    /// `HTTPConfiguration.beatMilliseconds`. On the worker; must not block.
    func beat(into bytes: inout [UInt8])

    /// Appends the last words of a service that stops. On the worker; must not block.
    func farewell(into bytes: inout [UInt8])

    /// The connection has ended, whoever ended it. Called once, on the worker.
    func ended()
}
