internal import EventCore
internal import Glibc
internal import WireFormats

/// What takes too long.
extension HTTPWorkerLoop {
    private static let headerTimeout = HTTPRefusal(
        status: 408, code: "header_timeout", detail: "The header did not arrive in time.")
    private static let bodyTimeout = HTTPRefusal(
        status: 408, code: "body_timeout", detail: "The body did not arrive in time.")
    private static let answerTimeout = HTTPRefusal(
        status: 503, code: "answer_timeout",
        detail: "The request was taken but could not be completed in time.")

    /// Begins the deadline of what the connection waits for now, and watches for it. `isNew` false:
    /// it waits for more of the same, and header and body have one deadline for all of it.
    mutating func settle(_ slot: UInt32, isNew: Bool) {
        let connection = table[slot]
        let flags = connection.pointee.flags
        let deadline: HTTPDeadline =
            if connection.pointee.output != nil {
                .send
            } else if flags.contains(.lingering) {
                .linger
            } else if flags.contains(.streaming) {
                .beat
            } else if flags.contains(.parked) {
                .answer
            } else if let input = connection.pointee.input {
                input.pointee.reader.headerCount == 0 ? .header : .body
            } else {
                .idle
            }
        if isNew || connection.pointee.deadline != deadline {
            deadlines.begin(deadline, slot, table, now: now.boot)
        }
        if deadline != .send { watch(slot, deadline == .beat ? Poller.peerEnd : Poller.input) }
    }

    /// Ends every deadline that is over.
    mutating func expire() {
        if let stopDeadline, stopDeadline <= now.boot { return closeAll() }
        resumeAccepting()
        while let slot = deadlines.expired(table, now: now.boot) {
            let connection = table[slot]
            switch connection.pointee.deadline {
            case .header: refuse(slot, Self.headerTimeout)
            case .body: refuse(slot, Self.bodyTimeout)
            case .answer: refuse(slot, Self.answerTimeout)
            case .beat: beat(slot)
            case .idle, .send, .linger, .none: close(slot)
            }
        }
    }

    /// Answers what cannot be waited for any longer, and closes.
    private mutating func refuse(_ slot: UInt32, _ refusal: HTTPRefusal) {
        let connection = table[slot]
        refuse(connection, refusal, isHead: connection.pointee.flags.contains(.headOnly))
        flush(slot)
        guard connection.pointee.flags.contains(.open) else { return }
        dropInput(slot)
        settle(slot, isNew: true)
    }
}
