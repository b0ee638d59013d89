internal import EventCore
internal import WireFormats

/// The management interface in the line protocol of OpenSIPS 2.4, with its replies byte for byte.
struct MILines: Sendable {
    let runner: MIRunner
    let door: Door

    /// Where a command came in: what an unknown one is told differs.
    enum Door: Sendable {
        case fifo, datagram
    }

    /// Answers one command. nil: then `later` gets the answer, exactly once, from any thread. One that does not fit
    /// into `bytesMax` becomes an error.
    func answer(
        _ command: LineCommand, by caller: Caller, at now: Moment, bytesMax: Int = .max,
        later: @escaping @Sendable ([UInt8]) -> Void
    ) -> [UInt8]? {
        guard let row = Commands.row(named: command.name) else {
            return unknown(command.name)
        }
        let write: @Sendable (MIRunner.Outcome) -> [UInt8] = { outcome in
            let text = Self.text(LineResult.reply(outcome, of: row))
            return text.count <= bytesMax ? text : Self.tooLarge
        }
        do throws(TextArguments.Fault) {
            let arguments = try TextArguments.read(command.parameters, for: row)
            let outcome = runner.run(row, arguments, by: caller, at: now) { later(write($0)) }
            return outcome.map(write)
        } catch {
            return Self.text(error.reply)
        }
    }

    /// Answers a command whose parameters cannot be read.
    func answer(malformed command: String) -> [UInt8] {
        Array("400 parse error in command '\(command)'\n".utf8)
    }

    /// OpenSIPS: each of the two doors has words of its own.
    private func unknown(_ name: String) -> [UInt8] {
        switch door {
        case .fifo: Array("500 command '\(name)' not available\n".utf8)
        case .datagram: Array("500 command not available\n".utf8)
        }
    }

    /// A reply as it is written.
    static func text(_ reply: LineReply) -> [UInt8] {
        var text: [UInt8] = []
        text.append(lines: reply)
        return text
    }

    private static let tooLarge = text(LineReply(500, "Reply too large"))
}
