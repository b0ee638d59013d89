@testable import EventCore

/// A slab with one record a slot, for tests of the structures over it.
func slab(of count: Int, _ change: (Int, inout SubscriptionRecord) -> Void = { _, _ in }) -> Slab {
    var slab = Slab()
    for index in 0..<count {
        var record = SubscriptionRecord()
        record.id = UInt64(index + 1)
        change(index, &record)
        _ = slab.insert(record)
    }
    return slab
}
