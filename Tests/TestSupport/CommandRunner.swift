public import EventCore
internal import Synchronization

/// Runs commands as a surface does and keeps what is answered, at once or later.
public final class CommandRunner: Sendable {
    private let interface: EventInterface
    private let clock: ManualClock
    private let answers = Lock<[Ticket: Result<CommandReply, CommandError>]>([:])
    private let tickets = Lock(0)

    /// Stands for one command.
    public struct Ticket: Sendable, Hashable {
        fileprivate let number: Int
    }

    /// A runner of commands at the moments of `clock`.
    public init(_ interface: EventInterface, _ clock: ManualClock) {
        self.interface = interface
        self.clock = clock
    }

    /// Runs a command; its answer is there or comes later. Throws what the command layer throws.
    public func start(
        _ command: Command, by caller: Caller = Caller(.anonymous, from: "test")
    ) throws(CommandError) -> Ticket {
        let ticket = tickets.withLock { number in
            number += 1
            return Ticket(number: number)
        }
        let outcome = try Commands.run(command, by: caller, on: interface, at: clock.now) {
            { result in self.note(result, for: ticket) }
        }
        if case .done(let reply) = outcome { note(.success(reply), for: ticket) }
        return ticket
    }

    /// What was answered; nil while nothing was.
    public func answer(to ticket: Ticket) -> Result<CommandReply, CommandError>? {
        answers.withLock { $0[ticket] }
    }

    /// Runs a command that is answered at once. Throws its error, also one that came through the continuation.
    public func run(
        _ command: Command, by caller: Caller = Caller(.anonymous, from: "test")
    ) throws -> CommandReply {
        let ticket = try start(command, by: caller)
        guard let answer = answer(to: ticket) else { throw NoAnswer() }
        return try answer.get()
    }

    /// The command waits for something.
    public struct NoAnswer: Error {}

    private func note(_ result: Result<CommandReply, CommandError>, for ticket: Ticket) {
        answers.withLock { answers in
            precondition(answers[ticket] == nil, "every command is answered once")
            answers[ticket] = result
        }
    }
}
