internal import Synchronization

/// The ids of requests: whole numbers of 31 bits as OpenSIPS sends them, one after the other. Any
/// thread.
///
/// They begin anywhere, so that two runs of the service are unlikely to use the same ones: a
/// receiver may keep those it has seen, to know a request that comes twice. After 2³¹ requests they
/// repeat.
final class RequestNumbers: Sendable {
    private let last: Atomic<UInt32>

    /// Numbers that begin after `start`; anywhere without it.
    init(after start: UInt32 = .random(in: 0...UInt32.max)) {
        last = Atomic(start)
    }

    /// Numbers that go on from here, without any being used up.
    func copy() -> RequestNumbers { RequestNumbers(after: last.load(ordering: .relaxed)) }

    /// The next one.
    func next() -> Int64 {
        Int64(last.wrappingAdd(1, ordering: .relaxed).newValue & 0x7FFF_FFFF)
    }
}
