internal import EventCore
internal import Glibc
internal import Net
internal import WireFormats

/// The connection to one destination: opened by the first attempt, kept for the next ones, and
/// opened anew when it is gone. Carries one attempt at a time. Only touched on the engine's thread.
///
///     closed ──begin──▶ resolving ──▶ connecting ──▶ open ◀── write, read, reply
///        ▲                  │             │            │
///        └──────────────────┴─────────────┴────────────┘  no address, refused, closed, reset, too late
final class StreamConnection {
    /// By what answers of the resolver find it.
    let name: TablePlace
    /// The destination's name.
    let destination: String
    /// When it has waited long enough, boot clock; `.max` = it does not wait.
    private(set) var deadline = Int64.max
    /// When the courier looks at `deadline` next; the courier's book.
    var alarm = Int64.max
    /// When it last began an attempt.
    private(set) var lastUse: Int64 = 0
    /// The attempt that has ended, until the courier takes it.
    private var end: AttemptEnd<StreamTarget>?

    private let address: HostPort
    private let framing: StreamFraming
    private let words: StreamWords
    private let context: StreamContext
    private var state = State.closed
    private var exchange: StreamExchange?
    /// Takes replies apart; nil until the first request.
    private var splitter: StreamSplitter?
    /// Something came before the first request and was thrown away: where the next message begins
    /// is not known.
    private var isOutOfStep = false
    /// It has carried an attempt before, so the peer may have closed it since.
    private var isKept = false
    /// By what epoll knows the port; each port has a token of its own, so a late event of a closed
    /// one finds nobody.
    private var token: UInt64 = 0
    /// When it was last written to.
    private var lastWrite: Int64 = 0
    /// Whether epoll watches for room to write.
    private var wantsRoom = false
    /// Bytes not acknowledged when the present deadline was set.
    private var unacknowledged = 0
    private var connectBy: Int64 = 0
    private var connectError: Int32 = 0

    private enum State {
        case closed
        case resolving
        case connecting(TCPPort, rest: ArraySlice<IPAddress>)
        case open(TCPPort)
    }

    /// Why a connection is of no more use.
    private struct Ending {
        var reason: FailureReason
        var words: String
        /// What came was no reply: requests that wait for one have failed with it.
        var isUnreadable = false
        /// The error of the system, where there was one.
        var errno: Int32 = 0
    }

    /// A connection that is not open.
    init(to target: StreamTarget, name: TablePlace, context: StreamContext) {
        self.name = name
        self.context = context
        destination = target.destination.name
        address = target.address
        framing = target.framing
        words = StreamWords(peer: target.address.text)
    }

    /// Whether an attempt is under way.
    var isBusy: Bool { exchange != nil }
    /// Whether there is nothing to keep.
    var isClosed: Bool {
        if case .closed = state { exchange == nil } else { false }
    }

    /// The attempt that has ended, once.
    func takeEnd() -> AttemptEnd<StreamTarget>? {
        end.take()
    }

    // MARK: What happens to it

    /// Begins an attempt; none is under way.
    func begin(_ attempt: Attempt<StreamTarget>, now: Int64) {
        lastUse = now
        let isRequest = attempt.target.mode == .request
        if case .open(let port) = state {
            isKept = true
            // A peer that closed meanwhile is noticed before anything is written to it: nearly always by epoll, which
            // was asked a moment ago; else by a look of our own.
            if isRequest || !isWatched(now: now), read(port) != nil || isRequest && isOutOfStep {
                close()
            }
        }
        if isRequest, splitter == nil {
            splitter = StreamSplitter(
                framing: framing, messageBytesMax: context.settings.replyBytesMax)
        }
        exchange = StreamExchange(attempt)
        if case .open(let port) = state { write(port, now: now) } else { connect(now: now) }
    }

    /// epoll reports `events` for the port with this token.
    func ready(_ events: UInt32, token: UInt64, now: Int64) {
        guard token == self.token else { return }
        switch state {
        case .closed, .resolving: break
        case .connecting(let port, let rest): connected(port, rest: rest, now: now)
        case .open(let port):
            if let ending = read(port) {
                lose(ending, now: now)
            } else if exchange?.isDone == true {
                finish(now: now)
            } else if events & Poller.output != 0, exchange?.isWritten == false {
                write(port, now: now)
            }
        }
    }

    /// The resolver answered.
    func resolved(_ answer: Resolver.Answer, now: Int64) {
        guard case .resolving = state else { return }
        switch answer {
        case .addresses(let addresses): connect(to: addresses[...], now: now)
        case .unresolved: failToConnect(.tryAgain(.unresolved, words: words.unresolved), errno: 0)
        }
    }

    /// The deadline has passed.
    func expired(now: Int64) {
        switch state {
        case .closed: deadline = .max
        case .resolving: failToConnect(.tryAgain(.unresolved, words: words.unresolved), errno: 0)
        case .connecting(_, let rest):
            connectError = ETIMEDOUT
            connect(to: now < connectBy ? rest : [], now: now)
        case .open(let port):
            guard let exchange else { return close() }
            let left = port.bytesUnacknowledged
            if exchange.isWaiting {
                let time = timeoutMilliseconds
                self.exchange?.endUnanswered(
                    .ended(.failed(.timeout), words: words.noReply(withinMilliseconds: time)))
                finish(now: now)
                close()
            } else if left < unacknowledged {
                waitForRoom(port, now: now)
            } else {
                let time = timeoutMilliseconds
                lose(
                    Ending(reason: .timeout, words: words.stalled(forMilliseconds: time)), now: now)
            }
        }
    }

    /// The service stops: what has not ended goes back as it stands.
    func giveUp() {
        exchange?.giveUp()
        end = exchange?.end
        exchange = nil
        close()
    }

    // MARK: Connecting

    private func connect(now: Int64) {
        connectBy = now + Int64(context.settings.connectTimeoutMilliseconds) * 1_000_000
        isKept = false
        isOutOfStep = false
        if splitter != nil {
            splitter = StreamSplitter(
                framing: framing, messageBytesMax: context.settings.replyBytesMax)
        }
        // Connecting takes time in which a subscription may end.
        exchange?.mustAsk = true
        connectError = 0
        switch address.host {
        case .address(let literal): connect(to: [literal], now: now)
        case .name:
            state = .resolving
            deadline = connectBy
            if let answer = context.resolve(address.host.identity, for: name) {
                resolved(answer, now: now)
            }
        }
    }

    /// Tries one address after the other; each gets an equal share of the time that is left.
    private func connect(to addresses: ArraySlice<IPAddress>, now: Int64) {
        var rest = addresses
        while let next = rest.popFirst() {
            guard context.policy.allows(next, port: address.port, over: .tcp) else { continue }
            do throws(SystemError) {
                let port = try TCPPort(connectingTo: next, port: address.port)
                token = UInt64(context.nextGeneration()) << 32 | UInt64(UInt32(name.index))
                guard context.poller.add(port.descriptor, Poller.output, token: token) else {
                    throw .last("epoll_ctl")
                }
                wantsRoom = true
                state = .connecting(port, rest: rest)
                deadline = now + (connectBy - now) / Int64(rest.count + 1)
                return
            } catch {
                connectError = error.errno
            }
        }
        failToConnect(connectVerdict, errno: connectError)
    }

    private func connected(_ port: TCPPort, rest: ArraySlice<IPAddress>, now: Int64) {
        let code = port.connectError()
        guard code == 0 else {
            connectError = code
            return connect(to: rest, now: now)
        }
        state = .open(port)
        write(port, now: now)
    }

    /// What it means that no address was left.
    private var connectVerdict: Verdict {
        switch connectError {
        // Every address was passed over.
        case 0: .ended(.failed(.forbidden), words: words.forbidden)
        case ECONNREFUSED: .tryAgain(.refused, words: words.connect(ECONNREFUSED))
        case ETIMEDOUT:
            .tryAgain(
                .timeout,
                words: words.connect(
                    withinMilliseconds: context.settings.connectTimeoutMilliseconds))
        case EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC:
            .tryAgain(.system, words: words.connect(connectError))
        default: .tryAgain(.connect, words: words.connect(connectError))
        }
    }

    private func failToConnect(_ verdict: Verdict, errno: Int32) {
        exchange?.failToConnect(verdict, errno: errno)
        end = exchange?.end
        exchange = nil
        close()
    }

    // MARK: Writing

    /// Writes as much as the kernel takes.
    private func write(_ port: TCPPort, now: Int64) {
        guard let exchange else { return }
        lastWrite = now
        while !exchange.isWritten {
            if !exchange.remainder.isEmpty {
                guard writeRemainder(port, now: now) else { return }
                continue
            }
            if exchange.mustAsk { askAgain(exchange) }
            exchange.compose(into: &context.output)
            let count = context.output.bytes.count
            if count == 0 { break }
            switch context.output.bytes.withUnsafeBytes({ port.send($0) }) {
            case .bytes(let taken):
                exchange.wrote(taken, of: context.output)
                if taken < count { return waitForRoom(port, now: now) }
            case .later, .end: return waitForRoom(port, now: now)
            case .failed(let code):
                return lose(broken(code), now: now)
            }
        }
        watch(port, forRoom: false)
        if exchange.isDone { return finish(now: now) }
        deadline = now + Int64(timeoutMilliseconds) * 1_000_000
    }

    /// Goes on with a message that is half written; false when that is all for now.
    private func writeRemainder(_ port: TCPPort, now: Int64) -> Bool {
        let sent = exchange?.remainder.withUnsafeBytes { port.send($0) } ?? .later
        switch sent {
        case .bytes(let count):
            exchange?.wroteRemainder(count)
            if exchange?.remainder.isEmpty == true { return true }
            waitForRoom(port, now: now)
        case .later, .end: waitForRoom(port, now: now)
        case .failed(let code):
            lose(broken(code), now: now)
        }
        return false
    }

    /// Subscriptions may have ended since the attempt began: no delivery of theirs starts.
    private func askAgain(_ exchange: StreamExchange) {
        guard let ledger = context.ledger else { return }
        exchange.mustAsk = false
        let refused = ledger.refused(among: exchange.subscriptions)
        if !refused.isEmpty { exchange.drop(refused) }
    }

    private func waitForRoom(_ port: TCPPort, now: Int64) {
        exchange?.mustAsk = true
        unacknowledged = port.bytesUnacknowledged
        deadline = now + Int64(timeoutMilliseconds) * 1_000_000
        watch(port, forRoom: true)
    }

    private func watch(_ port: TCPPort, forRoom: Bool) {
        guard forRoom != wantsRoom else { return }
        wantsRoom = forRoom
        let interest = forRoom ? Poller.input | Poller.output : Poller.input
        context.poller.modify(port.descriptor, interest, token: token)
    }

    private var timeoutMilliseconds: Int {
        exchange?.attempt.target.options.timeoutMilliseconds ?? context.settings.timeoutMilliseconds
    }

    // MARK: Reading

    /// Whether epoll, asked since the last write and a moment ago, would have told that the peer has closed: so a
    /// connection in use costs one call of the system with each write, not two.
    private func isWatched(now: Int64) -> Bool {
        lastWrite < context.lastLook && now - lastWrite < StreamSettings.busyNanoseconds
            && now - context.lastLook < StreamSettings.lookNanoseconds
    }

    /// Takes what has come, up to `StreamContext.readBytes`; nil while the connection is of use.
    private func read(_ port: TCPPort) -> Ending? {
        switch port.receive(into: context.room) {
        case .later: return nil
        case .end: return Ending(reason: .connect, words: words.closed)
        case .failed(let code): return broken(code)
        case .bytes(let count):
            guard splitter != nil else {
                // Nobody has asked for anything. It is taken all the same: a peer whose answers
                // nobody takes stops taking what it is sent.
                isOutOfStep = true
                return nil
            }
            splitter?.append(context.room.bindMemory(to: UInt8.self).span.extracting(0..<count))
            return takeReplies()
        }
    }

    private func takeReplies() -> Ending? {
        do throws(StreamError) {
            while let message = try splitter?.next() {
                if let ending = take(message) { return ending }
            }
            return nil
        } catch {
            return Ending(
                reason: .reply, words: words.unreadable(error.message), isUnreadable: true)
        }
    }

    private func take(_ message: [UInt8]) -> Ending? {
        let responses: [JSONRPCResponse]
        do throws(JSONError) {
            responses = try JSONRPCResponse.all(in: message.span)
        } catch {
            return Ending(
                reason: .reply, words: words.unreadable(error.message), isUnreadable: true)
        }
        for response in responses {
            if let number = response.number {
                exchange?.answered(number, verdict(on: response.reply))
            } else if response.id == .null, case .error(let code, let text) = response.reply {
                // JSON-RPC 2.0 §5: it could not make out which call it was. So it may have lost its
                // place.
                return Ending(reason: .reply, words: words.error(code, text), isUnreadable: true)
            }
        }
        return nil
    }

    private func verdict(on reply: JSONRPCReply) -> Verdict {
        switch reply {
        case .result: .delivered
        case .error(let code, let text):
            .ended(.failed(.reply), words: words.error(code, text))
        case .invalid(let expectation):
            .ended(.failed(.reply), words: words.unreadable(expectation))
        }
    }

    private func broken(_ code: Int32) -> Ending {
        Ending(reason: .connect, words: words.broken(code), errno: code)
    }

    // MARK: Ends

    /// The attempt has ended well or badly; the connection stays.
    private func finish(now: Int64) {
        end = exchange?.end
        exchange = nil
        deadline = now + Int64(context.settings.connectionIdleMaxSeconds) * 1_000_000_000
    }

    /// The connection has ended. An attempt that has not been touched yet gets another one, once:
    /// the peer closed while nothing was under way, and is open again perhaps.
    private func lose(_ ending: Ending, now: Int64) {
        close()
        guard let exchange else { return }
        if isKept, exchange.isUntouched { return connect(now: now) }
        if ending.isUnreadable {
            self.exchange?.endUnanswered(.ended(.failed(ending.reason), words: ending.words))
        }
        self.exchange?.loseConnection(
            ending.reason, words: ending.words, errno: ending.errno)
        end = self.exchange?.end
        self.exchange = nil
    }

    private func close() {
        state = .closed
        token = 0
        wantsRoom = false
        deadline = .max
    }
}
