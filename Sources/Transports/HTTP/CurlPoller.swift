internal import Ccurl
internal import Cepoll
internal import Glibc
internal import Net

/// The sockets and the timer that libcurl waits for, on an epoll of our own.
///
/// A socket stays registered after its transfer is done (lazy removal): the next transfer on the kept
/// connection then needs no system call for it, a fifth of all CPU at 16 transfers. The registration
/// goes when the socket closes, or when it reports what nobody wants. Only touched on the thread of its
/// `CurlMulti`.
final class CurlPoller {
    /// What happened to a socket, in libcurl's words.
    struct Event {
        var socket: curl_socket_t
        var mask: Int32
    }

    /// When libcurl wants to be called though no socket reported anything; boot clock, nanoseconds.
    private(set) var timer: Int64?

    private let epoll: FileDescriptor
    private let wakeup: Wakeup
    private var watches: [Watch] = []
    private var events = [epoll_event](repeating: epoll_event(), count: 64)
    private var count = 0

    private struct Watch {
        /// What epoll was told.
        var registered: UInt32 = 0
        /// What libcurl waits for; 0 for a connection that is kept for later.
        var wanted: UInt32 = 0
        /// Which socket of this number it is: a late event of a closed one finds nobody.
        var generation: UInt32 = 0
        /// Opened by `opened`, so `closed` will be told too. Others (libcurl's resolver has some) close
        /// unseen.
        var isOurs = false
    }

    /// A poller that waits for nothing but `wakeup`.
    init(wakeup: Wakeup) throws(SystemError) {
        let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError.last("epoll_create1") }
        epoll = FileDescriptor(owning: descriptor)
        self.wakeup = wakeup
        guard control(EPOLL_CTL_ADD, wakeup.descriptor, Self.input, generation: 0) == 0 else {
            throw SystemError.last("epoll_ctl")
        }
    }

    // MARK: Waiting

    /// Blocks until a socket is ready, the timer is due, somebody wakes the thread, or `time` has come (nil =
    /// never). The events are there for `takeEvent`.
    func wait(until time: Int64?) {
        let timeout = Wakeup.milliseconds(until: earlier(time, timer))
        count = Int(max(0, epoll_wait(epoll.number, &events, Int32(events.count), timeout)))
    }

    /// The next event of the last `wait` that libcurl still wants; nil if there is none left.
    func takeEvent() -> Event? {
        while count > 0 {
            count -= 1
            if let event = sift(events[count]) { return event }
        }
        return nil
    }

    /// Whether the timer is due; it runs only once.
    func takeTimer(now: Int64) -> Bool {
        guard let time = timer, time <= now else { return false }
        timer = nil
        return true
    }

    private func sift(_ event: epoll_event) -> Event? {
        let socket = Int32(truncatingIfNeeded: event.data.u64)
        if socket == wakeup.descriptor {
            wakeup.clear()
            return nil
        }
        let place = Int(socket)
        guard place < watches.count, watches[place].generation == UInt32(event.data.u64 >> 32)
        else { return nil }
        guard watches[place].wanted != 0 else {
            // A kept connection that its peer closed, or talks on unasked. libcurl finds out when it
            // looks at the connection again.
            watches[place].registered = 0
            control(EPOLL_CTL_DEL, socket, 0, generation: 0)
            return nil
        }
        var mask: Int32 = 0
        if event.events & Self.input != 0 { mask |= CURL_CSELECT_IN }
        if event.events & Self.output != 0 { mask |= CURL_CSELECT_OUT }
        if event.events & Self.trouble != 0 { mask |= CURL_CSELECT_ERR }
        return Event(socket: socket, mask: mask)
    }

    // MARK: What libcurl tells

    /// A socket was opened: nothing known of its number holds any more.
    func opened(_ socket: curl_socket_t) {
        makeRoom(for: socket)
        let generation = watches[Int(socket)].generation &+ 1
        watches[Int(socket)] = Watch(generation: generation, isOurs: true)
    }

    /// A socket is about to be closed, and its registration with it.
    func closed(_ socket: curl_socket_t) {
        makeRoom(for: socket)
        watches[Int(socket)] = Watch(generation: watches[Int(socket)].generation &+ 1)
    }

    /// libcurl waits for this socket from now on; `what` is one of its `CURL_POLL_` words.
    func watch(_ socket: curl_socket_t, for what: Int32) {
        makeRoom(for: socket)
        let place = Int(socket)
        let wanted: UInt32 =
            switch what {
            case CURL_POLL_IN: Self.input
            case CURL_POLL_OUT: Self.output
            case CURL_POLL_INOUT: Self.input | Self.output
            default: 0
            }
        watches[place].wanted = wanted
        if wanted == 0 {
            guard !watches[place].isOurs, watches[place].registered != 0 else { return }
            control(EPOLL_CTL_DEL, socket, 0, generation: 0)
            watches[place].registered = 0
        } else if wanted != watches[place].registered {
            register(socket, wanted)
        }
    }

    /// libcurl wants to be called in so many milliseconds; negative = it does not.
    func setTimer(milliseconds: Int) {
        timer = milliseconds < 0 ? nil : Clock.boot() + Int64(milliseconds) * 1_000_000
    }

    private func register(_ socket: curl_socket_t, _ wanted: UInt32) {
        let place = Int(socket)
        let generation = watches[place].generation
        let known = watches[place].registered != 0
        watches[place].registered = wanted
        let operation = known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD
        if control(operation, socket, wanted, generation: generation) == 0 { return }
        // The number may have changed its socket unseen: what was registered is not, or the other way
        // round. Should both fail, the transfer ends by its timeout.
        control(known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, wanted, generation: generation)
    }

    private func makeRoom(for socket: curl_socket_t) {
        while watches.count <= Int(socket) { watches.append(Watch()) }
    }

    @discardableResult
    private func control(
        _ operation: Int32, _ socket: Int32, _ mask: UInt32, generation: UInt32
    ) -> Int32 {
        var event = epoll_event()
        event.events = mask
        event.data.u64 = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: socket))
        return epoll_ctl(epoll.number, operation, socket, &event)
    }

    private static let input = UInt32(EPOLLIN.rawValue)
    private static let output = UInt32(EPOLLOUT.rawValue)
    private static let trouble = UInt32(EPOLLERR.rawValue | EPOLLHUP.rawValue)
}
