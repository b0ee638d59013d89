internal import Glibc

/// The replies on their way to one FIFO, in the order of their commands, and the FIFO while it is
/// written to. Nothing here blocks: it says when it wants to be called again. One thread.
final class ReplyFIFO {
    /// Where it lies.
    let path: String
    private let configuration: FIFOConfiguration
    private var slots: [(command: UInt64, reply: [UInt8]?)] = []
    /// When the first reply was there that has not been written.
    private var readySince: Int64?
    private var tries = 0
    private var descriptor: FileDescriptor?
    private var output: [UInt8] = []
    private var written = 0
    /// How many replies `output` holds.
    private var outputReplies = 0
    private var writeDeadline = Int64.max

    init(path: String, _ configuration: FIFOConfiguration) {
        self.path = path
        self.configuration = configuration
    }

    /// How it goes on.
    enum Progress {
        /// Nothing is left to do.
        case idle
        /// To be called again at this moment, or once a reply has come if that is sooner.
        case waiting(until: Int64)
        /// To be called again when this descriptor takes more, at the latest at this moment.
        case blocked(number: Int32, until: Int64)
    }

    /// What became of replies.
    struct Report {
        var written = 0
        var dropped = 0
        var notice: FIFONotice?
    }

    /// Bytes that wait here.
    private(set) var waitingBytes = 0

    /// A command will be replied to.
    func expect(_ command: UInt64) {
        slots.append((command, nil))
    }

    /// The reply of an expected command; empty for none.
    func fill(_ command: UInt64, _ reply: [UInt8], at now: Int64) {
        guard let place = place(of: command) else { return }
        if reply.isEmpty {
            slots.remove(at: place)
        } else {
            slots[place].reply = reply
            waitingBytes += reply.count
        }
        if readySince == nil { readySince = now }
    }

    /// Where a command's slot is: they are in the order of its numbers, and there may be many thousands.
    private func place(of command: UInt64) -> Int? {
        var range = slots.indices
        while let first = range.first {
            let middle = first + range.count / 2
            if slots[middle].command == command { return middle }
            range =
                slots[middle].command < command
                ? (middle + 1)..<range.upperBound : first..<middle
        }
        return nil
    }

    /// Goes on as far as it can without waiting.
    func advance(at now: Int64, _ report: inout Report) -> Progress {
        while true {
            if descriptor == nil {
                if let waiting = gather(at: now) { return waiting }
                if let waiting = connect(at: now, &report) { return waiting }
            }
            if let blocked = write(at: now, &report) { return blocked }
        }
    }

    /// Waits for a reply, or for more of them; nil when it is time to write.
    private func gather(at now: Int64) -> Progress? {
        guard let readySince, slots.first?.reply != nil else {
            return slots.isEmpty ? .idle : .waiting(until: .max)
        }
        let patience = readySince + milliseconds(configuration.replyGatherMilliseconds)
        guard slots.contains(where: { $0.reply == nil }), now < patience, tries == 0 else {
            return nil
        }
        return .waiting(until: patience)
    }

    /// Opens the FIFO; a progress when it has to wait or has given up.
    private func connect(at now: Int64, _ report: inout Report) -> Progress? {
        let since = readySince ?? now
        let due = since + milliseconds(configuration.replyTriesMilliseconds[tries])
        guard now >= due else { return .waiting(until: due) }
        tries += 1
        do throws(SystemError) {
            guard let opened = try Self.open(path) else {
                return drop(.notPrivateFIFO(path), at: now, &report)
            }
            descriptor = consume opened
        } catch {
            guard error.errno == ENXIO else {
                return drop(.replyFailed(path, errno: error.errno), at: now, &report)
            }
            guard tries < configuration.replyTriesMilliseconds.count else {
                return drop(.nobodyReads(path), at: now, &report)
            }
            let next = since + milliseconds(configuration.replyTriesMilliseconds[tries])
            return .waiting(until: next)
        }
        tries = 0
        writeDeadline = now + milliseconds(configuration.replyWriteMilliseconds)
        load()
        return nil
    }

    /// Takes the replies that are there, up to the first that is not.
    private func load() {
        let count = slots.prefix { $0.reply != nil }.count
        output = slots[..<count].flatMap { $0.reply ?? [] }
        outputReplies = count
        slots.removeFirst(count)
        waitingBytes -= output.count
        written = 0
        readySince = slots.contains { $0.reply != nil } ? readySince : nil
    }

    /// Writes what the FIFO takes; a progress when it takes no more. nil when all is written.
    private func write(at now: Int64, _ report: inout Report) -> Progress? {
        guard let number = descriptor?.number else { return nil }
        while written < output.count {
            let count = output[written...].withUnsafeBytes {
                Glibc.write(number, $0.baseAddress, $0.count)
            }
            if count > 0 {
                written += count
            } else if errno == EAGAIN, now < writeDeadline {
                return .blocked(number: number, until: writeDeadline)
            } else if errno != EINTR {
                report.dropped += outputReplies
                report.notice = .replyFailed(path, errno: errno)
                close()
                return nil
            }
        }
        report.written += outputReplies
        close()
        return nil
    }

    private func close() {
        descriptor = nil
        output = []
        outputReplies = 0
    }

    /// Gives up every reply that is there.
    private func drop(_ notice: FIFONotice, at now: Int64, _ report: inout Report) -> Progress {
        report.notice = notice
        report.dropped += slots.count { $0.reply != nil }
        slots.removeAll { $0.reply != nil }
        waitingBytes = 0
        readySince = nil
        tries = 0
        return slots.isEmpty ? .idle : .waiting(until: .max)
    }

    /// Opens a FIFO for writing; nil for what is none, or has other names. Throws ENXIO while nobody
    /// reads it.
    private static func open(_ path: String) throws(SystemError) -> FileDescriptor? {
        // Looked at first: opening alone has effects on some devices.
        var status = stat()
        guard lstat(path, &status) == 0 else { throw .last("open") }
        guard isPrivateFIFO(status) else { return nil }
        let number = Glibc.open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { throw .last("open") }
        let descriptor = FileDescriptor(owning: number)
        guard fstat(number, &status) == 0, isPrivateFIFO(status) else { return nil }
        return descriptor
    }

    /// Only this user and root can have written the command. In a directory like /tmp somebody else could have made
    /// the FIFO that it names, to read along.
    private static func isPrivateFIFO(_ status: stat) -> Bool {
        status.st_mode & S_IFMT == S_IFIFO && status.st_nlink == 1
            && (status.st_uid == geteuid() || status.st_uid == 0)
    }

    private func milliseconds(_ count: Int) -> Int64 { Int64(count) * 1_000_000 }
}
