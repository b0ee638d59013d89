internal import EventCore
internal import Glibc
internal import Net
internal import Synchronization

/// Writes lines to files: what waits for one file goes out in one write. A file system that hangs
/// makes all files wait, and nothing else.
final class FlatstoreCourier: Courier {
    let wakeup: Wakeup
    private let files: FlatstoreFiles
    private let requests: FlatstoreRequests
    private let wall: @Sendable () -> Int64

    /// Most deliveries, and most bytes of them, in one write.
    static let linesMax = 1_024
    static let bytesMax = 256 << 10

    init(
        files: FlatstoreFiles, requests: FlatstoreRequests,
        wall: @escaping @Sendable () -> Int64
    ) {
        wakeup = requests.wakeup
        self.files = files
        self.requests = requests
        self.wall = wall
    }

    func mayJoin(
        _ delivery: QueuedDelivery<FlatstoreTarget>,
        _ attempt: borrowing [QueuedDelivery<FlatstoreTarget>], bytes: Int
    ) -> Bool {
        attempt.count < Self.linesMax && bytes + delivery.payloadBytes <= Self.bytesMax
    }

    func begin(
        _ attempt: Attempt<FlatstoreTarget>, now: Int64,
        ended: inout [AttemptEnd<FlatstoreTarget>]
    ) {
        serveRequests()
        let name = attempt.target.name
        let written = files.append(attempt.deliveries.map(\.payload), to: name, wall: wall())
        guard let error = written.error else {
            return ended.append(AttemptEnd(attempt, all: .delivered))
        }
        let verdict = Self.verdict(on: error, name)
        ended.append(
            AttemptEnd(
                attempt,
                each: attempt.deliveries.indices.map { $0 < written.lines ? .delivered : verdict },
                answer: .system(error.errno)))
    }

    func wait(until time: Int64?, ended: inout [AttemptEnd<FlatstoreTarget>]) {
        var entry = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
        // Rounded up: what is woken too early would only wait again.
        let milliseconds = time.map { max(0, ($0 - Clock.boot() + 999_999) / 1_000_000) } ?? -1
        // An interruption is an early return, which is allowed.
        poll(&entry, 1, Int32(clamping: milliseconds))
        wakeup.clear()
        serveRequests()
    }

    func close(ended: inout [AttemptEnd<FlatstoreTarget>]) {
        files.reopen()
    }

    private func serveRequests() {
        let asked = requests.take()
        if asked.reopens { files.reopen() }
        for name in asked.rotations {
            // A file that is not there, or no file, has nothing to rotate.
            do throws(SystemError) { try files.rotate(name, wall: wall()) } catch { continue }
        }
    }

    /// What a failed write means. Room may come back; what is no file stays none.
    private static func verdict(on error: SystemError, _ name: String) -> Verdict {
        let words = "\(name): \(error.words)"
        return switch error.errno {
        case ENOSPC, EDQUOT, EFBIG: .tryAgain(.full, words: words)
        case EMFILE, ENFILE, EINTR, EAGAIN, EIO: .tryAgain(.system, words: words)
        case ENOENT, ENOTDIR, ELOOP, EISDIR, ENXIO, EINVAL:
            .ended(.failed(.noSuchPath), words: words)
        default: .ended(.failed(.system), words: words)
        }
    }
}

/// What other threads ask of the thread that writes. Bounded; never blocks anybody.
final class FlatstoreRequests: Sendable {
    /// Wakes the thread that writes.
    let wakeup: Wakeup

    /// What was asked for since the last time.
    struct Asked {
        var reopens = false
        /// Names, each once, in order.
        var rotations: [String] = []
    }

    /// Most rotations that wait.
    static let rotationsMax = 1_024

    private let asked = Lock(Asked())

    init() throws(SystemError) {
        wakeup = try Wakeup()
    }

    /// Asks that every file be opened anew.
    func reopen() {
        asked.withLock { $0.reopens = true }
        wakeup.send()
    }

    /// Asks that a file be rotated; false where too many wait.
    func rotate(_ name: String) -> Bool {
        let isTaken = asked.withLock { asked in
            if asked.rotations.contains(name) { return true }
            guard asked.rotations.count < Self.rotationsMax else { return false }
            asked.rotations.append(name)
            return true
        }
        if isTaken { wakeup.send() }
        return isTaken
    }

    func take() -> Asked {
        asked.withLock { asked in
            defer { asked = Asked() }
            return asked
        }
    }
}
