internal import EventCore
internal import Glibc
internal import WireFormats

/// The event loop of a command FIFO. All of it happens on one thread.
final class FIFOLoop {
    private let configuration: FIFOConfiguration
    private let handler: any FIFOHandler
    private let mailbox: LoopMailbox<FIFOServer.Message>
    private let poller: Poller
    private var fifo: CommandFIFO
    private var reader: FIFOFrameReader
    private var counts = FIFOCounters()

    /// Whether there may be more to read: the FIFO is reported once for each change.
    private var mayRead = true
    private var partialDeadline = Int64.max
    private var nextCheck = Int64.max
    private var isObstructed = false
    private var stopDeadline: Int64?

    private var commandNumber: UInt64 = 0
    private var nextToken: UInt64 = 2
    private var replies: [String: Reply] = [:]
    private var paths: [UInt64: String] = [:]
    /// Which reply FIFO a command is answered at.
    private var expected: [UInt64: String] = [:]

    private struct Reply {
        let fifo: ReplyFIFO
        let token: UInt64
        var due = Int64.max
        /// Registered with the poller.
        var number: Int32 = -1
    }

    private static let mailboxToken: UInt64 = 0
    private static let fifoToken: UInt64 = 1
    /// Most bytes read before something else has its turn.
    private static let turnBytesMax = 262_144
    private static let chunkBytes = 65_536

    init(
        configuration: FIFOConfiguration, handler: any FIFOHandler,
        mailbox: LoopMailbox<FIFOServer.Message>
    ) throws(SystemError) {
        self.configuration = configuration
        self.handler = handler
        self.mailbox = mailbox
        poller = try Poller()
        reader = FIFOFrameReader(frameBytesMax: configuration.commandBytesMax)
        fifo = try CommandFIFO(path: configuration.path, permissions: configuration.permissions)
        guard poller.add(mailbox.event.number, Poller.input, token: Self.mailboxToken), watchFIFO()
        else { throw .last("epoll_ctl") }
    }

    /// Runs until a stop message; `publish` takes the counts after each turn.
    func run(publish: (FIFOCounters) -> Void) {
        nextCheck = Clock.boot() + milliseconds(configuration.checkMilliseconds)
        while true {
            var ready: [UInt64] = []
            for index in 0..<poller.wait(timeoutMilliseconds: timeout()) {
                ready.append(poller.event(index).token)
            }
            let before = counts
            takeMessages()
            if ready.contains(Self.fifoToken) { mayRead = true }
            if mayRead, stopDeadline == nil { read() }
            let now = Clock.boot()
            passDeadlines(now)
            advanceReplies(now, ready: ready)
            if counts != before { publish(counts) }
            if let stopDeadline, replies.isEmpty || now >= stopDeadline { return }
        }
    }

    private func timeout() -> Int32 {
        if mayRead, stopDeadline == nil { return 0 }
        var due = min(partialDeadline, nextCheck, stopDeadline ?? .max)
        for reply in replies.values { due = min(due, reply.due) }
        let left = due - Clock.boot()
        return due == .max ? -1 : Int32(clamping: max(0, (left + 999_999) / 1_000_000))
    }

    private func takeMessages() {
        for message in mailbox.take() {
            switch message {
            case .reply(let number, let text): fill(number, text)
            case .stop(let deadline): stopDeadline = deadline
            }
        }
    }

    private func passDeadlines(_ now: Int64) {
        if now >= partialDeadline {
            partialDeadline = .max
            if let frame = reader.flush() { take(frame) }
        }
        if now >= nextCheck {
            nextCheck = now + milliseconds(configuration.checkMilliseconds)
            check()
        }
    }

    private func milliseconds(_ count: Int) -> Int64 { Int64(count) * 1_000_000 }
}

// Reading.
extension FIFOLoop {
    /// Reads what is there, at most one turn's worth.
    private func read() {
        var left = Self.turnBytesMax
        var hasFrame = false
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.chunkBytes) { chunk in
            while left > 0 {
                let count = Glibc.read(fifo.number, chunk.baseAddress, chunk.count)
                if count > 0 {
                    left -= count
                    reader.append(UnsafeBufferPointer(rebasing: chunk[..<count]).span)
                    while let frame = reader.next() {
                        hasFrame = true
                        take(frame)
                    }
                    continue
                }
                if count < 0, errno == EINTR { continue }
                mayRead = false
                // Zero: the last writer has closed, what it began will have no end.
                if count == 0, let frame = reader.flush() { take(frame) }
                break
            }
        }
        // What is waited for now is not what was waited for before.
        if hasFrame || !reader.isInside { partialDeadline = .max }
        if reader.isInside, partialDeadline == .max {
            partialDeadline = Clock.boot() + milliseconds(configuration.partialMilliseconds)
        }
    }

    private func take(_ frame: FIFOFrameReader.Frame) {
        switch frame {
        case .json(let reply, let text):
            run(.json(text), replyingTo: reply)
        case .lines(let text):
            do throws(LineFault) {
                let command = try LineCommand(parsing: text)
                run(.lines(command), replyingTo: command.reply)
            } catch {
                switch error {
                case .notACommand: skip(.noCommand)
                case .malformed(let command, let reply):
                    run(.malformed(command: command), replyingTo: reply)
                }
            }
        case .noCommand: skip(.noCommand)
        case .tooLong: skip(.commandTooLong)
        case .incomplete: skip(.commandIncomplete)
        }
    }

    private func run(_ command: FIFOCommand, replyingTo name: [UInt8]) {
        commandNumber += 1
        let number = commandNumber
        if !name.isEmpty {
            guard let path = ReplyPath.resolve(name, in: configuration.replyDirectory) else {
                return skip(.replyRefused(name))
            }
            expect(number, at: path)
        }
        counts.commands += 1
        let mailbox = self.mailbox
        let now = Clock.now()
        let text = handler.answer(command, at: now) { mailbox.post(.reply(number, $0)) }
        if let text { fill(number, text) }
    }

    private func skip(_ notice: FIFONotice) {
        counts.skipped += 1
        handler.note(notice)
    }
}

// The FIFO itself.
extension FIFOLoop {
    /// Edge-triggered: a FIFO without a writer is reported as hung up for as long as that lasts.
    private func watchFIFO() -> Bool {
        poller.add(fifo.number, Poller.input | Poller.edge, token: Self.fifoToken)
    }

    private func check() {
        switch fifo.check() {
        case .intact: isObstructed = false
        case .permissionsRestored: handler.note(.permissionsRestored)
        case .recreated:
            // The old descriptor is closed, and with it its registration.
            isObstructed = !watchFIFO()
            mayRead = true
            if let frame = reader.flush() { take(frame) }
            counts.recreated += 1
            handler.note(.recreated)
        case .obstructed(let error):
            if !isObstructed { handler.note(.obstructed(error)) }
            isObstructed = true
        }
    }
}

// Replies.
extension FIFOLoop {
    private func expect(_ number: UInt64, at path: String) {
        if replies[path] == nil {
            guard replies.count < configuration.replyFIFOsMax else {
                counts.repliesDropped += 1
                return handler.note(.replyFailed(path, errno: ENFILE))
            }
            replies[path] = Reply(fifo: ReplyFIFO(path: path, configuration), token: nextToken)
            paths[nextToken] = path
            nextToken += 1
        }
        replies[path]?.fifo.expect(number)
        expected[number] = path
    }

    private func fill(_ number: UInt64, _ text: [UInt8]) {
        guard let path = expected.removeValue(forKey: number), let reply = replies[path] else {
            return
        }
        let waiting = replies.values.reduce(0) { $0 + $1.fifo.waitingBytes }
        let hasRoom = waiting + text.count <= configuration.replyBytesMax
        if !hasRoom {
            counts.repliesDropped += 1
            handler.note(.replyFailed(path, errno: ENOBUFS))
        }
        let now = Clock.boot()
        reply.fifo.fill(number, hasRoom ? text : [], at: now)
        replies[path]?.due = now
    }

    private func advanceReplies(_ now: Int64, ready: [UInt64]) {
        for token in ready { if let path = paths[token] { replies[path]?.due = now } }
        for (path, reply) in replies where reply.due <= now { advance(path, reply, now) }
    }

    private func advance(_ path: String, _ reply: Reply, _ now: Int64) {
        var reply = reply
        if reply.number >= 0 { poller.remove(reply.number) }
        reply.number = -1
        var report = ReplyFIFO.Report()
        switch reply.fifo.advance(at: now, &report) {
        case .idle:
            replies[path] = nil
            paths[reply.token] = nil
        case .waiting(let moment):
            reply.due = moment
            replies[path] = reply
        case .blocked(let number, let moment):
            if poller.add(number, Poller.output, token: reply.token) { reply.number = number }
            reply.due = moment
            replies[path] = reply
        }
        counts.replies += report.written
        counts.repliesDropped += report.dropped
        if let notice = report.notice { handler.note(notice) }
    }
}
