/// A place in a table whose places are used again, and which tenant of it is meant: once that one is gone, it finds nobody.
struct TablePlace: Sendable, Equatable {
    /// Where in the table.
    var index: Int
    /// Which tenant of that place.
    var generation: UInt32

    /// A place.
    init(index: Int, generation: UInt32) {
        self.index = index
        self.generation = generation
    }

    /// As `hint` gave it; `.max` is nobody's.
    init(hint: UInt64) {
        index = Int(truncatingIfNeeded: hint & 0xFFFF_FFFF)
        generation = UInt32(truncatingIfNeeded: hint >> 32)
    }

    /// In one word, so that who leads there can remember it in an atomic.
    var hint: UInt64 { UInt64(generation) << 32 | UInt64(index) }
}
