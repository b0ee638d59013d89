import EventCore
import Net
import TestSupport

@testable import Transports

/// AMQP among the faults: a peer that opens connections, channels, and confirms what is published.
extension FaultRow {
    static let rabbitmq = FaultRow(
        testDescription: "rabbitmq",
        make: { change in
            var settings = AMQPSettings()
            settings.waitsForBroker = false
            // As for a member of a group: what fails here goes elsewhere. What waits is the queue's.
            settings.attemptsPerDestination = 1
            settings.loginTimeoutMilliseconds = 2_000
            settings.delivery.retry.retriesMax = 0
            change(&settings.delivery.queue)
            return try AMQPTransport(
                settings: settings, policy: TargetPolicy(), resolver: Resolver(clock: Clock.now))
        },
        socket: { "rabbitmq:127.0.0.1:\($0)/q#timeout=\($1)ms" },
        opening: [
            FaultPeer.Exchange(isWhole: { $0.count >= 8 }, answer: { _, _ in AMQPFrames.start }),
            // start-ok; tune: 100 channels, frames of 128 KB, a heartbeat every minute.
            exchange("10.11") { _ in
                AMQPFrames.method(10, 30, [0, 100, 0, 2, 0, 0, 0, 60])
            },
            // tune-ok and open; open-ok.
            exchange("10.40") { _ in AMQPFrames.method(10, 41, [0]) },
            // A channel, on which messages are confirmed.
            exchange("20.10") { AMQPFrames.method(20, 11, channel: $0, [0, 0, 0, 0]) },
            exchange("85.10") { AMQPFrames.method(85, 11, channel: $0) },
        ],
        request: FaultPeer.Exchange(
            isWhole: { AMQPFrames.isPublished($0) },
            answer: { request, number in
                let channel = AMQPFrames.frames(request).first?.channel ?? 0
                return AMQPFrames.method(
                    60, 80, channel: channel, [0, 0, 0, 0, 0, 0, 0, UInt8(number), 0])
            }))

    /// What the client says up to this method, and the answer, which may need its channel.
    private static func exchange(
        _ method: String, _ answer: @escaping @Sendable (UInt16) -> [UInt8]
    ) -> FaultPeer.Exchange {
        FaultPeer.Exchange(
            isWhole: { AMQPFrames.frames($0).last?.method == method },
            answer: { said, _ in answer(AMQPFrames.frames(said).last?.channel ?? 0) })
    }
}
