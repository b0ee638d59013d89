internal import EventCore
internal import Net
internal import Synchronization

/// Where the raising threads leave calls for the delivery thread. Bounded; never blocks anybody.
final class RPCInbox: Sendable {
    /// Wakes the delivery thread.
    let wakeup: Wakeup

    private let bytesMax: Int
    private let state = Lock(State())

    private struct State {
        var calls: [RPCCall] = []
        var bytes = 0
        /// When the delivery thread has to have ended, boot clock; nil = it goes on.
        var stopTime: Int64?
        var isClosed = false
        /// The delivery thread is waiting, or about to: what is left for it must wake it.
        var isAsleep = false
    }

    /// An empty inbox that takes up to `bytesMax` bytes, each call counted with its overhead.
    init(bytesMax: Int) throws(SystemError) {
        self.bytesMax = bytesMax
        wakeup = try Wakeup()
    }

    /// Leaves `calls`, in order. The result is how many were taken, or nil once the transport has stopped:
    /// those at the end that no longer fit are not.
    func put(_ calls: [RPCCall]) -> Int? {
        let (taken, mustWake) = state.withLock { state -> (Int?, Bool) in
            guard !state.isClosed, state.stopTime == nil else { return (nil, false) }
            var taken = 0
            for call in calls {
                let bytes = call.body.count + QueueLimits.messageOverheadBytes
                guard state.bytes + bytes <= bytesMax else { break }
                state.bytes += bytes
                taken += 1
            }
            state.calls.append(contentsOf: calls.prefix(taken))
            defer { state.isAsleep = false }
            return (taken, state.isAsleep)
        }
        if mustWake { wakeup.send() }
        return taken
    }

    /// Asks the delivery thread to end at `time`, or earlier when nothing is left to do.
    func stop(at time: Int64) {
        state.withLock { $0.stopTime = time }
        wakeup.send()
    }

    /// Takes all that was left, in order. `stopTime` as given to `stop`.
    func take() -> (calls: [RPCCall], stopTime: Int64?) {
        state.withLock { state in
            state.isAsleep = false
            let calls = state.calls
            state.calls = []
            state.bytes = 0
            return (calls, state.stopTime)
        }
    }

    /// The delivery thread is about to wait; false when there is something to take first. From here to
    /// the next `take`, what is put wakes it: under load, when it never waits, nobody pays for waking
    /// it.
    func fallAsleep() -> Bool {
        state.withLock { state in
            state.isAsleep = state.calls.isEmpty
            return state.isAsleep
        }
    }

    /// Takes what is left, the last time: nothing is accepted any more.
    func close() -> [RPCCall] {
        state.withLock { state in
            state.isClosed = true
            defer { state.calls = [] }
            return state.calls
        }
    }
}
