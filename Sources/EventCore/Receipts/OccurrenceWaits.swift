/// Who waits for the last delivery of an occurrence to end. Bounded by `CoreLimits.occurrenceWaitsMax`.
struct OccurrenceWaits {
    /// One raise that is answered later.
    struct Waiter {
        let receipt: RaiseReceipt
        let continuation: CommandContinuation
    }

    private var waiting: [UInt64: Waiter] = [:]
    /// The numbers of those that wait, ascending, and of some that do not any more.
    private var order = Fifo<UInt64>()
    private var ready: [Waiter] = []

    /// How many wait.
    var count: Int { waiting.count }
    /// Whether somebody can be answered.
    var hasReady: Bool { !ready.isEmpty }

    /// The newest occurrence's raise is answered when its last delivery has ended.
    mutating func wait(_ waiter: Waiter) {
        waiting[waiter.receipt.id.sequence] = waiter
        order.append(waiter.receipt.id.sequence)
    }

    /// Every delivery of this occurrence has ended, or its time is up.
    mutating func settled(_ sequence: UInt64) {
        guard !waiting.isEmpty, let waiter = waiting.removeValue(forKey: sequence) else { return }
        ready.append(waiter)
    }

    /// Nothing is known any more of what is older than `first`.
    mutating func forget(before first: UInt64) {
        while let oldest = order.first, oldest < first || waiting[oldest] == nil {
            _ = order.popFirst()
            settled(oldest)
        }
    }

    mutating func takeReady() -> [Waiter] {
        defer { ready = [] }
        return ready
    }
}

extension EventState {
    /// Whether somebody can wait for the deliveries of this occurrence: there are some that have not ended, and few wait.
    func mayWait(for occurrence: OccurrenceID, _ limits: CoreLimits) -> Bool {
        waits.count < limits.occurrenceWaitsMax && log.isPending(occurrence.sequence)
    }
}
