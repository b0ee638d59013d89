import EventCore
import Net
import Transports

/// The core with a thousand and with a million subscriptions: what subscribing costs, and what each takes.
enum CorePart {
    private static let many = 1_000_000
    private static let few = 1_000
    private static let batch = 1_000

    static func run(rounds: Int) throws {
        let small = try filled(with: few)
        let before = try residentBytes()
        let large = try filled(with: many)
        let bytes = (try residentBytes() - before) / many
        print(#"{"name":"memory","bytes":\#(bytes)}"#)
        for round in 0..<rounds {
            // A batch is small beside what is there only where much is; it is taken away again after each round.
            let cheap = try cost(on: small, round: round)
            let dear = try cost(on: large, round: round)
            print(#"{"name":"subscribe","few_ns":\#(cheap),"many_ns":\#(dear)}"#)
        }
    }

    private static func filled(with count: Int) throws -> EventInterface {
        let datagrams = try DatagramTransport(
            policy: TargetPolicy(mode: .any), resolver: Resolver(clock: Clock.now))
        let interface = EventInterface(transports: [datagrams], clock: Clock.now)
        for number in 0..<count { try run(subscribe(number), on: interface) }
        return interface
    }

    private static func cost(on interface: EventInterface, round: Int) throws -> Double {
        let commands = (0..<batch).map { subscribe(20_000_000 + $0) }
        let spent = try nanoseconds {
            for command in commands { try run(command, on: interface) }
        }
        for var command in commands {
            command.expire = .seconds(0)
            try run(command, on: interface)
        }
        return spent / Double(batch)
    }

    private static func subscribe(_ number: Int) -> SubscribeCommand {
        let address = "127.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
        return SubscribeCommand(
            event: "E_BENCH", socket: "udp:\(address):\(2000 + number >> 24)", createsEvent: true)
    }

    private static func run(_ command: SubscribeCommand, on interface: EventInterface) throws {
        let outcome = try Commands.run(
            .subscribe(command), by: Caller(.anonymous, from: "bench"), on: interface,
            at: Clock.now()
        ) {
            { @Sendable _ in }
        }
        // Without a journal everything is answered at once.
        guard case .done = outcome else { throw MeasuringError.unexpectedReply }
    }
}
