internal import Synchronization

/// Emptying the send lanes: small fan-outs on the thread that raised, large ones on the transport's queue.
extension EventInterface {
    /// Does what a raise left to do; called outside the lock, right after it. `begun` is when its command came, for how
    /// long it took.
    func carry(_ raised: EventState.Raised, begun: Moment) {
        var end: Int64?
        for lane in raised.inline { end = empty(lane, inline: true) }
        for lane in raised.scheduled { schedule(lane) }
        let nanoseconds = (end ?? clock().boot) - begun.boot
        raiseTimes.withLock { $0.add(nanoseconds) }
    }

    /// Lets the transport's own queue empty a lane.
    func schedule(_ lane: Int) {
        transports[lane].schedule { _ = self.empty(lane, inline: false) }
    }

    /// Hands over slice after slice until the lane is empty and given up. A raising thread stops early and leaves
    /// the rest to the transport's queue, so that it never works for others for long. When the last slice had been
    /// handed over, boot nanoseconds.
    private func empty(_ lane: Int, inline: Bool) -> Int64? {
        let transport = transports[lane]
        let gate = gates[lane]
        var step = Step()
        var outcomes: [Outcome] = []
        var handed = 0
        var hasAftermath = false
        defer { if hasAftermath { bringAftermath() } }
        var handedOver: Int64?
        while true {
            // One look at the clock for each slice, none for the first where it is the raising thread's.
            let now = inline && step.slice == nil ? nil : clock()
            if step.slice != nil { handedOver = now?.boot }
            let mayGoOn = !inline || handed < limits.inlineDeliveriesMax
            // Changed in place, not returned: this is the hottest path, and a result would be copied on its way.
            core.withLock { core in
                if let slice = step.slice {
                    core.state.settle(slice, outcomes, by: lane, at: now?.boot)
                }
                if !inline, let now { expireFirst(&core, at: now) }
                step.advance(lane, gate, mayGoOn: mayGoOn, in: &core)
                hasAftermath = core.state.hasAftermath
            }
            for waiter in step.answered { waiter.continuation(.success(waiter.reply)) }
            guard let slice = step.slice else {
                if step.handOver { schedule(lane) }
                return handedOver
            }
            let count = slice.targets.count
            if outcomes.count == count {
                for index in 0..<count { outcomes[index] = .delivered }
            } else {
                outcomes = [Outcome](repeating: .delivered, count: count)
            }
            // The gate was closed under the lock: who unsubscribes from now on waits for this slice.
            transport.deliver(slice.occurrence, to: slice.targets, outcomes: &outcomes)
            gate.open()
            handed += count
        }
    }

    /// What the owner of a lane does next.
    private struct Step {
        var slice: SendLane.Slice?
        var handOver = false
        var answered: [SendLane.Waiter] = []

        mutating func advance(_ lane: Int, _ gate: Gate, mayGoOn: Bool, in core: inout Core) {
            slice = mayGoOn ? core.state.nextSlice(lane: lane) : nil
            if let slice {
                gate.close()
                answered = core.state.lanes[lane].takeWaiters(before: slice.occurrence.sequence)
                return
            }
            handOver = !mayGoOn && !core.state.lanes[lane].entries.isEmpty
            if handOver {
                answered = []
            } else {
                core.state.lanes[lane].isOwned = false
                answered = core.state.lanes[lane].takeWaiters(before: .max)
            }
        }
    }
}

extension EventState {
    /// Counts what became of a slice that its transport was handed.
    fileprivate mutating func settle(
        _ slice: SendLane.Slice, _ outcomes: [Outcome], by lane: Int, at now: Int64?
    ) {
        var ended = 0
        var tried = 0
        for (target, outcome) in zip(slice.targets, outcomes) {
            let wasTried = settle(target.subscription, outcome, by: lane, of: slice.occurrence.id)
            if wasTried { tried += 1 }
            if outcome != .pending { ended += 1 }
        }
        traffic[lane].end(ended, tried: tried, raisedAt: slice.occurrence.boot, now: now)
    }
}
