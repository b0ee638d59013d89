internal import Synchronization

/// Emptying the send lanes: small fan-outs on the thread that raised, large ones on the transport's queue.
extension EventInterface {
    /// Does what a raise left to do; called outside the lock, right after it.
    func carry(_ raised: EventState.Raised) {
        for lane in raised.inline { empty(lane, inline: true) }
        for lane in raised.scheduled { schedule(lane) }
    }

    private func schedule(_ lane: Int) {
        transports[lane].schedule { self.empty(lane, inline: false) }
    }

    /// Hands over slice after slice until the lane is empty and given up. A raising thread stops early and leaves
    /// the rest to the transport's queue, so that it never works for others for long.
    private func empty(_ lane: Int, inline: Bool) {
        var sent: (targets: ArraySlice<Target>, outcomes: [Outcome])?
        var handed = 0
        while true {
            let now = inline ? nil : clock()
            let mayGoOn = !inline || handed < limits.inlineDeliveriesMax
            let step = core.withLock { core -> Step in
                if let sent { settle(sent, in: &core) }
                if let now { expireFirst(&core, at: now) }
                return next(lane, mayGoOn: mayGoOn, in: &core)
            }
            for waiter in step.answered { waiter.continuation(.success(waiter.reply)) }
            guard let (occurrence, targets) = step.slice else {
                if step.handOver { schedule(lane) }
                return
            }
            // The gate was closed under the lock: who unsubscribes from now on waits for this slice.
            var outcomes = [Outcome](repeating: .delivered, count: targets.count)
            transports[lane].deliver(occurrence, to: targets, outcomes: &outcomes)
            gates[lane].open()
            handed += targets.count
            sent = (targets, outcomes)
        }
    }

    /// What the owner of a lane does next.
    private struct Step {
        var slice: (occurrence: Occurrence, targets: ArraySlice<Target>)?
        var handOver = false
        var answered: [SendLane.Waiter] = []
    }

    private func next(_ lane: Int, mayGoOn: Bool, in core: inout Core) -> Step {
        var step = Step()
        if mayGoOn {
            step.slice = core.state.nextSlice(lane: lane)
            step.handOver = false
        } else {
            step.handOver = !core.state.lanes[lane].entries.isEmpty
        }
        if let slice = step.slice {
            gates[lane].close()
            step.answered = core.state.lanes[lane].takeWaiters(before: slice.occurrence.sequence)
        } else if !step.handOver {
            core.state.lanes[lane].isOwned = false
            step.answered = core.state.lanes[lane].takeWaiters(before: .max)
        }
        return step
    }

    private func settle(
        _ sent: (targets: ArraySlice<Target>, outcomes: [Outcome]), in core: inout Core
    ) {
        var index = 0
        for target in sent.targets {
            core.state.settle(target.subscription, sent.outcomes[index])
            index += 1
        }
    }
}
