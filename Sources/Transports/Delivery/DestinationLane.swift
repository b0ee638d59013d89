internal import EventCore

/// One destination in the schedule: what waits for it, what is under way, and how it goes there. Without a clock: time
/// is an argument.
///
/// An object, the schedule's alone: as a value it was copied, queue and all, at every look.
final class DestinationLane<Target: DeliveryTarget> {
    /// The destination's name.
    let name: String
    /// Which tenant of its place in the table it is.
    let generation: UInt32
    /// What waits.
    // Unchecked because each delivery touches it several times, on the engine's thread, and none of its methods leads
    // back here.
    @exclusivity(unchecked)
    var queue = DestinationQueue<Target>()
    /// Attempts under way.
    var underWay = 0
    /// What stands in front of it when it fails.
    var breaker = Breaker()
    /// Nothing starts before this time, boot nanoseconds: the pause after a failed attempt.
    private(set) var notBefore = Int64.min
    /// What is known of it; nil while nothing ever failed.
    private(set) var health: DestinationHealth?
    /// It stands in the schedule's line of those that can start something; at most once.
    var isReady = false
    /// Something was added since the table last looked for lanes to forget.
    var wasUsed = true

    /// A lane with nothing to do.
    init(name: String, generation: UInt32) {
        self.name = name
        self.generation = generation
    }

    /// Whether nothing waits and nothing is under way.
    var isIdle: Bool { queue.isEmpty && underWay == 0 }

    /// Whether nothing ever failed there, as far as is remembered.
    var isSound: Bool { health == nil && breaker.failures == 0 }

    /// Whether an attempt may start.
    func mayStart(now: Int64, attemptsMax: Int) -> Bool {
        !queue.isEmpty && underWay < attemptsMax && notBefore <= now
            && breaker.admits(now: now, underWay: underWay)
    }

    /// Draws the consequences of an attempt that had begun in `epoch` of the breaker: pause, breaker, what is known.
    /// The result is a change of the breaker that others want to know of.
    func learn(
        _ sums: AttemptSums, _ epoch: UInt32, _ settings: DeliverySettings, now: Moment,
        random: inout some RandomNumberGenerator
    ) -> BreakerChange.State? {
        var change: BreakerChange.State?
        let wasTroubled = health != nil || sums.failure != nil || sums.complaint != nil
        if sums.wasAnswered, breaker.succeed() { change = .closed }
        if let complaint = sums.complaint { note(complaint, now: now) }
        if let failure = sums.failure {
            let wasClosed = breaker.state == .closed
            let opened = breaker.fail(
                attemptEpoch: epoch, now: now.boot, policy: settings.breaker, random: &random)
            pause(sums, settings, now: now.boot, random: &random)
            if opened { pause(until: breaker.pauseEnd) }
            note(failure.words, now: now)
            if opened, wasClosed {
                change = .open(
                    failure.reason, words: failure.words,
                    nextAttemptMilliseconds: (notBefore - now.boot) / 1_000_000)
            }
        } else if !sums.wasAnswered {
            breaker.learnNothing(now: now.boot)
        }
        if wasTroubled { follow(now: now) }
        return change
    }

    /// What is known of it follows the breaker and the pause.
    func follow(now: Moment) {
        health?.breaker = breaker.state
        health?.consecutiveFailures = breaker.failures
        health?.nextAttemptTime =
            notBefore > now.boot ? now.wall + (notBefore - now.boot) / 1_000_000 : nil
    }

    /// The pause before the next attempt, without the breaker's.
    private func pause(
        _ sums: AttemptSums, _ settings: DeliverySettings, now: Int64,
        random: inout some RandomNumberGenerator
    ) {
        var milliseconds = 0
        if let attempts = sums.attempts {
            milliseconds = settings.retry.delayMilliseconds(
                afterAttempt: Int(attempts), retryAfterSeconds: sums.retryAfterSeconds,
                random: &random)
        } else if sums.isUnreachable {
            milliseconds = settings.retry.delayMilliseconds(
                afterAttempt: Int(breaker.failures), retryAfterSeconds: nil, random: &random)
        } else if let seconds = sums.retryAfterSeconds {
            // The delivery has failed, but the receiver asked to be left alone by all of them.
            milliseconds = settings.retry.patienceMilliseconds(seconds)
        }
        pause(until: now + Int64(milliseconds) * 1_000_000)
    }

    private func pause(until time: Int64) {
        notBefore = max(notBefore, time)
    }

    private func note(_ words: String, now: Moment) {
        var health = self.health ?? DestinationHealth()
        health.lastError = words.cut(toBytes: DestinationHealth.wordsBytesMax)
        health.lastErrorTime = now.wall
        self.health = health
    }
}

extension String {
    /// As much of it as fits into so many bytes, whole characters only.
    fileprivate func cut(toBytes count: Int) -> String {
        guard utf8.count > count else { return self }
        var end = utf8.index(startIndex, offsetBy: count)
        while end > startIndex, end.samePosition(in: unicodeScalars) == nil {
            end = utf8.index(before: end)
        }
        return String(self[..<end])
    }
}
