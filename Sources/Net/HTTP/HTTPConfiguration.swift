internal import Glibc
public import WireFormats

/// The settings of an HTTP server.
public struct HTTPConfiguration: Sendable {
    /// Event loops, each a thread of its own; 1 to 64. Default: half the cores, at least one.
    public var workers: Int
    /// What a request may take up.
    public var limits = HTTPLimits()
    /// Most connections at a time; the descriptor limit minus 256 lowers it. Further ones are
    /// answered 503.
    public var connectionsMax = 10_000
    /// From the first byte of a request to the end of its header; beyond: 408. Not prolonged by
    /// more bytes.
    public var headerMilliseconds = 10_000
    /// From the end of the header to the end of the body; beyond: 408.
    public var bodyMilliseconds = 30_000
    /// From the first byte of an answer that the client does not take to the last; beyond: closed.
    public var sendMilliseconds = 30_000
    /// Without a request, before the first one included; beyond: closed.
    public var idleMilliseconds = 75_000
    /// For the answer to a parked request; beyond: 503 and closed.
    public var answerMilliseconds = 60_000
    /// For the client to read the last answer and close, once the server has closed its side.
    public var lingerMilliseconds = 2_000
    /// Between two signs of life of a stream that has nothing to say.
    public var beatMilliseconds = 15_000

    /// The defaults.
    public init() {
        workers = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)
    }

    /// The same settings within the bounds that the server's memory layout and the descriptor limit
    /// set.
    func clamped(descriptorsMax: Int) -> HTTPConfiguration {
        var settings = self
        settings.workers = min(max(workers, 1), 64)
        settings.limits.fieldCountMax = min(limits.fieldCountMax, HTTPHead.fieldCountCeiling)
        // Positions within a header are 16 bits wide; `+ 4` for the line ends.
        settings.limits.requestLineBytesMax = min(
            limits.requestLineBytesMax, HTTPHead.bytesCeiling / 2)
        settings.limits.headerBytesMax = min(
            limits.headerBytesMax, HTTPHead.bytesCeiling - settings.limits.requestLineBytesMax - 4)
        settings.limits.fieldBytesMax = min(limits.fieldBytesMax, settings.limits.headerBytesMax)
        // What is not a connection needs descriptors too: the store, outgoing calls, logs.
        let room = descriptorsMax > 512 ? descriptorsMax - 256 : descriptorsMax / 2
        settings.connectionsMax = max(1, min(connectionsMax, room))
        return settings
    }
}
