internal import EventCore
internal import Logging
internal import Net
internal import WireFormats

/// The management interface by a command FIFO, in both protocols.
struct FIFOSurface: FIFOHandler {
    let mi: MI
    let lines: MILines
    let path: String
    let authenticator: Authenticator
    let log: Logger
    let budget = LineBudget()

    func answer(
        _ command: FIFOCommand, at now: Moment, later: @escaping @Sendable ([UInt8]) -> Void
    ) -> [UInt8]? {
        // Who writes to a FIFO cannot be told: its permissions let nobody but this user and root, who may everything.
        let caller = Caller(authenticator.identity(ofUser: ThisProcess.user), from: "fifo")
        switch command {
        case .json(let text):
            return mi.answer(
                JSONRPCMessage(parsing: text.span), by: caller, at: now, later: later)
        case .lines(let command):
            return lines.answer(command, by: caller, at: now, later: later)
        case .malformed(let command):
            return lines.answer(malformed: command)
        }
    }

    func note(_ notice: FIFONotice) {
        switch notice {
        case .recreated, .permissionsRestored, .obstructed:
            log.warning("FIFO(\(path)): \(words(notice))")
        case .commandTooLong, .commandIncomplete, .noCommand, .replyRefused, .notPrivateFIFO,
            .nobodyReads, .replyFailed:
            // Strangers cause these: they must not be able to fill the log.
            budget.spend(at: Clock.now()) { kept in
                log.notice(
                    "FIFO(\(path)): \(words(notice))\(kept > 0 ? " unlogged=\(kept)" : "")")
            }
        }
    }

    private func words(_ notice: FIFONotice) -> String {
        switch notice {
        case .recreated: "made anew, it had gone or been replaced"
        case .permissionsRestored: "its permissions had been changed, and were put right"
        case .obstructed(let error): "cannot be made anew, looked at again soon: \(error)"
        case .commandTooLong: "skipped a command that is too long"
        case .commandIncomplete: "skipped a command whose end did not come"
        case .noCommand: "skipped a line that begins no command"
        case .replyRefused(let name):
            "refused a command: its reply may not go where it says reply=\(LogText.value(String(decoding: name, as: UTF8.self)))"
        case .notPrivateFIFO(let path): "no reply, not a private FIFO reply=\(LogText.value(path))"
        case .nobodyReads(let path): "no reply, nobody reads it reply=\(LogText.value(path))"
        case .replyFailed(let path, let errno):
            "no reply, \(SystemError("write", errno).words) reply=\(LogText.value(path))"
        }
    }
}
