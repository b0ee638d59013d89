/// Some of the lanes, lowest first: one word, because every raise makes two of them.
struct LaneSet: Sequence, IteratorProtocol {
    /// Most transports there can be.
    static let lanesMax = 64

    private var bits: UInt64 = 0

    mutating func insert(_ lane: Int) { bits |= 1 << UInt64(lane) }

    mutating func next() -> Int? {
        guard bits != 0 else { return nil }
        let lane = bits.trailingZeroBitCount
        bits &= bits - 1
        return lane
    }
}
