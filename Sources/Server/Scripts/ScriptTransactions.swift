internal import EventCore
internal import RouteScript
internal import WireFormats

/// What a script put into AVPs while it handled a SIP request, for the reply to it: in OpenSIPS the AVPs of a
/// transaction are there again in its onreply_route. A value: no clock.
struct ScriptTransactions: Sendable {
    /// What a request and its replies have in common (RFC 3261 §17.1.3 has the branch in its place, which a
    /// proxy makes anew).
    struct Key: Hashable, Sendable {
        let callID: [UInt8]
        let cseq: UInt32
        let method: [UInt8]

        /// nil for a message that says too little.
        init?(_ message: SIPMessage) {
            guard let callID = message.callID, let cseq = message.cseq else { return nil }
            self.callID = Array(callID)
            self.cseq = UInt32(clamping: cseq.number)
            method = Array(cseq.method)
        }
    }

    typealias AVPs = [(name: String, values: [ScriptValue])]

    private var kept: [Key: (avps: AVPs, deadline: Int64)] = [:]
    private var order = Fifo<(key: Key, deadline: Int64)>()

    /// For how long a request waits for its reply: OpenSIPS's fr_inv_timeout, 120 s.
    static let nanosecondsMax: Int64 = 120_000_000_000
    /// Most requests that wait; beyond, the oldest goes.
    static let transactionsMax = 1_000

    /// How many wait.
    var count: Int { kept.count }

    /// Keeps the AVPs of a request.
    mutating func keep(_ avps: AVPs, of key: Key, now: Int64) {
        let deadline = now + Self.nanosecondsMax
        kept[key] = (avps, deadline)
        order.append((key, deadline))
        while let oldest = order.first, oldest.deadline <= now || order.count > Self.transactionsMax
        {
            _ = order.popFirst()
            if kept[oldest.key]?.deadline == oldest.deadline { kept[oldest.key] = nil }
        }
    }

    /// The AVPs for a reply; none where its request is not known, or was too long ago.
    func avps(for key: Key, now: Int64) -> AVPs {
        guard let found = kept[key], found.deadline > now else { return [] }
        return found.avps
    }
}
