internal import Dispatch
internal import EventCore
internal import Glibc
internal import Synchronization

/// Writes lines to a descriptor on a queue of its own: whoever has something to say never waits for who reads it. What
/// finds no room is lost, and counted; as soon as there is room again a line tells how many were.
public final class LineWriter: Sendable {
    /// What it has done.
    public struct Counters: Sendable, Equatable {
        /// Lines taken.
        public var lines: UInt64 = 0
        /// Lines lost because too much waited.
        public var dropped: UInt64 = 0
        /// When the last one was lost, boot nanoseconds; nil while none was.
        public var lastDropped: Int64?
    }

    private struct State {
        var waiting: [UInt8] = []
        var isWriting = false
        var counters = Counters()
        /// Lost since it was last told.
        var untold = 0
    }

    private let descriptor: Int32
    private let bytesMax: Int
    private let told: @Sendable (Int) -> [UInt8]
    private let state = Lock(State())
    private let queue = DispatchQueue(label: "carillon.log")

    /// Most bytes that wait.
    public static let bytesMaxDefault = 1 << 20

    /// A writer to `descriptor`, which stays open for as long as it lives. `told` makes the line that tells how many were
    /// lost, line feed included.
    public init(
        descriptor: Int32, bytesMax: Int = LineWriter.bytesMaxDefault,
        told: @escaping @Sendable (Int) -> [UInt8]
    ) {
        self.descriptor = descriptor
        self.bytesMax = bytesMax
        self.told = told
    }

    /// A writer to standard error.
    public static func standardError(
        told: @escaping @Sendable (Int) -> [UInt8]
    ) -> LineWriter {
        LineWriter(descriptor: STDERR_FILENO, told: told)
    }

    /// Takes a line, line feed included. Any thread; never blocks.
    public func write(_ line: [UInt8]) {
        let begins = state.withLock { state -> Bool in
            guard state.waiting.count + line.count <= bytesMax else {
                state.counters.dropped += 1
                state.counters.lastDropped = Clock.boot()
                state.untold += 1
                return false
            }
            state.counters.lines += 1
            state.waiting += line
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { queue.async { self.drain() } }
    }

    /// Waits until all that was taken is written, but no longer than this.
    public func flush(withinMilliseconds milliseconds: Int) {
        let done = DispatchSemaphore(value: 0)
        queue.async { done.signal() }
        _ = done.wait(timeout: .now() + .milliseconds(milliseconds))
    }

    /// What it has done so far. Any thread.
    public var counters: Counters { state.withLock { $0.counters } }

    private func drain() {
        while true {
            let bytes = state.withLock { state -> [UInt8] in
                var bytes = state.waiting
                // An own buffer each time: the other one goes on being filled while this one is written.
                state.waiting = []
                if state.untold > 0 {
                    bytes += told(state.untold)
                    state.untold = 0
                }
                state.isWriting = !bytes.isEmpty
                return bytes
            }
            if bytes.isEmpty { return }
            put(bytes)
        }
    }

    /// Blocks for as long as nobody reads. What cannot be written at all is given up.
    private func put(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN {
                var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                _ = poll(&place, 1, -1)
                continue
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
