internal import Cepoll
internal import EventCore
internal import Glibc
internal import Synchronization

/// What only the first worker has: the listeners, the other workers it hands connections to, and a
/// descriptor in reserve for the moment in which there are no more.
final class HTTPAcceptor {
    let listeners: [Listener]
    let mailboxes: [HTTPMailbox]
    /// Which worker gets the next connection.
    var turn = 0
    /// Accepting pauses until this moment of CLOCK_BOOTTIME, nanoseconds; nil when it does not.
    var pausedUntil: Int64?
    /// Open, and of no use but to be closed.
    var reserve: Int32

    /// Connections taken per wake-up: others wait meanwhile.
    static let acceptsMax = 256
    /// How long accepting pauses when the machine or the limit has no room.
    static let pauseNanoseconds: Int64 = 50_000_000

    init(_ listeners: [Listener], _ mailboxes: [HTTPMailbox]) {
        self.listeners = listeners
        self.mailboxes = mailboxes
        reserve = Self.openReserve()
    }

    deinit {
        if reserve >= 0 { close(reserve) }
    }

    static func openReserve() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }
}

/// Taking connections in. Only the first worker accepts.
extension HTTPWorkerLoop {
    private static let tooMany = HTTPRefusal(
        status: 503, code: "too_many_connections",
        detail: "The server has as many connections as it may.")

    /// Begins to accept from these listeners.
    mutating func add(_ acceptor: HTTPAcceptor) throws(SystemError) {
        for (index, listener) in acceptor.listeners.enumerated() {
            let token = Self.listenerToken + UInt64(index)
            guard poller.add(listener.descriptor.number, Poller.input, token: token) else {
                throw .last("epoll_ctl")
            }
        }
        self.acceptor = acceptor
    }

    /// Accepts what waits at one listener.
    mutating func accept(_ listener: Int) {
        guard let descriptor = acceptor?.listeners[listener].descriptor.number else { return }
        for _ in 0..<HTTPAcceptor.acceptsMax {
            let open = connections.open.load(ordering: .relaxed)
            guard open < configuration.connectionsMax + Self.refusedMax else {
                return pauseAccepting()
            }
            var address = sockaddr_storage()
            let connection = carillon_accept(descriptor, &address)
            if connection >= 0 {
                assign(
                    connection, PeerAddress(connection, address),
                    refused: open >= configuration.connectionsMax)
                continue
            }
            switch errno {
            case EAGAIN: return
            case EMFILE, ENFILE:
                switch refuseWithReserve(descriptor) {
                case 0: continue
                case EAGAIN: return
                default: return pauseAccepting()
                }
            case ENOBUFS, ENOMEM: return pauseAccepting()
            default: continue  // It ended before it was taken (ECONNABORTED and its kin), or EINTR.
            }
        }
    }

    /// Gives a connection to the worker whose turn it is.
    private mutating func assign(_ descriptor: Int32, _ peer: PeerAddress, refused: Bool) {
        connections.open.add(1, ordering: .relaxed)
        connections.accepted.add(1, ordering: .relaxed)
        if refused { connections.refused.add(1, ordering: .relaxed) }
        let turn = acceptor?.turn ?? 0
        let count = acceptor?.mailboxes.count ?? 1
        acceptor?.turn = (turn + 1) % count
        if turn == 0 || refused {
            open(descriptor, peer, refused: refused)
        } else {
            acceptor?.mailboxes[turn].post(.connection(descriptor, peer, refused: refused))
        }
    }

    /// Takes over a connection, or tells it that there is no room.
    mutating func open(_ descriptor: Int32, _ peer: PeerAddress, refused: Bool) {
        guard stopDeadline == nil, let slot = table.add(descriptor, peer) else {
            Glibc.close(descriptor)
            connections.open.subtract(1, ordering: .relaxed)
            return
        }
        let connection = table[slot]
        connection.pointee.interest = Poller.input
        guard
            poller.add(descriptor, Poller.input, token: HTTPConnectionTable.token(slot, connection))
        else {
            return close(slot)
        }
        if refused {
            refuse(connection, Self.tooMany, isHead: false)
            flush(slot)
            guard connection.pointee.flags.contains(.open) else { return }
        }
        settle(slot, isNew: true)
    }

    /// Out of descriptors: gives up the one in reserve to take the connection and to tell it so,
    /// because a connection that stays at the listener would wake the loop for ever. Returns 0, or
    /// the errno of the accept: EAGAIN when none waits, for the kernel wants a descriptor first.
    private mutating func refuseWithReserve(_ listener: Int32) -> Int32 {
        guard let reserve = acceptor?.reserve, reserve >= 0 else {
            acceptor?.reserve = HTTPAcceptor.openReserve()
            return EMFILE
        }
        Glibc.close(reserve)
        let connection = carillon_accept(listener, nil)
        let error = connection >= 0 ? 0 : errno
        if connection >= 0 {
            // What has arrived is taken first: closing with unread bytes would reset the answer away.
            _ = recv(connection, buffer, Self.bufferBytes, 0)
            refuseAtOnce(connection)
            Glibc.close(connection)
        }
        acceptor?.reserve = HTTPAcceptor.openReserve()
        return error
    }

    private mutating func refuseAtOnce(_ descriptor: Int32) {
        connections.accepted.add(1, ordering: .relaxed)
        connections.refused.add(1, ordering: .relaxed)
        response.reset()
        response.status = Self.tooMany.status
        handler.refuse(Self.tooMany, &response)
        output.write(response, .closing)
        _ = send(descriptor, output.bytes, output.count, Int32(MSG_NOSIGNAL))
        output.clear()
        shutdown(descriptor, Int32(SHUT_WR))
    }

    private mutating func pauseAccepting() {
        guard acceptor?.pausedUntil == nil else { return }
        acceptor?.pausedUntil = now.boot + HTTPAcceptor.pauseNanoseconds
        watchListeners(0)
    }

    /// Goes on accepting when the pause is over.
    mutating func resumeAccepting() {
        guard let until = acceptor?.pausedUntil, until <= now.boot else { return }
        acceptor?.pausedUntil = nil
        watchListeners(Poller.input)
    }

    private func watchListeners(_ interest: UInt32) {
        guard let listeners = acceptor?.listeners else { return }
        for (index, listener) in listeners.enumerated() {
            poller.modify(
                listener.descriptor.number, interest, token: Self.listenerToken + UInt64(index))
        }
    }
}

extension PeerAddress {
    /// Who has connected: by the address that `accept4` has written, or, on a UNIX socket, by the kernel's word.
    init(_ connection: Int32, _ storage: sockaddr_storage) {
        if let address = PeerAddress(storage) {
            self = address
            return
        }
        var credentials = carillon_credentials()
        // Left at zero process and the highest user id when the kernel does not know.
        credentials.user = .max
        _ = carillon_credentials(connection, &credentials)
        self = .unix(user: credentials.user, process: credentials.process)
    }
}
