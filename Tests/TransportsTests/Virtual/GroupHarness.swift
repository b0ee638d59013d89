import EventCore
import Synchronization
import TestSupport

@testable import Transports

/// What members do with deliveries, by their numbers; `.delivered` where nothing is said.
final class Decisions: Sendable {
    private let outcomes = Lock<[UInt64: Outcome]>([:])

    subscript(number: UInt64) -> Outcome {
        get { outcomes.withLock { $0[number] ?? .delivered } }
        set { outcomes.withLock { $0[number] = newValue } }
    }
}

/// Sockets of groups with manual members, and occurrences for them.
enum Groups {
    static let subscription = SubscriptionRef(slot: 7, generation: 3)

    static func target(_ text: String, of member: ManualTransport) throws -> VirtualTarget {
        let parser = VirtualSocketParser(transports: [member])
        let socket = try parser.parse(SocketText.parse("virtual:" + text))
        guard let target = socket.detail?.target as? VirtualTarget else { throw NoGroup() }
        return target
    }

    static func occurrence(_ sequence: UInt64) -> Occurrence {
        Occurrence(
            id: OccurrenceID(epoch: 1, sequence: sequence), event: "E", params: .none, time: 0)
    }

    struct NoGroup: Error {}
}
