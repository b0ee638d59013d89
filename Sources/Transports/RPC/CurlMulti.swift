internal import Ccurl
internal import Cepoll
internal import Glibc
internal import Net

/// libcurl's multi handle on an epoll of our own: many transfers on one thread.
///
/// Only the thread that runs the transfers touches it. A socket stays registered with epoll after a transfer is
/// done (lazy removal): the next one on the kept connection then needs no system call for it, a fifth of all CPU
/// at 16 transfers. The registration goes when the socket closes or when it reports what nobody wants.
final class CurlMulti {
    private let multi: UnsafeMutableRawPointer
    private let epoll: FileDescriptor
    private let wakeup: Wakeup
    private var watches: [Watch] = []
    private var events = [epoll_event](repeating: epoll_event(), count: 64)
    /// When libcurl wants to be called though no socket reported anything; boot clock, nanoseconds.
    private var timer: Int64?

    private struct Watch {
        /// What epoll was told.
        var registered: UInt32 = 0
        /// What libcurl waits for; 0 for a connection that is kept for later.
        var wanted: UInt32 = 0
        /// Which socket of this number it is: a late event of a closed one finds nobody.
        var generation: UInt32 = 0
        /// Opened by `opened`, so `closed` will be told too. Others (libcurl's resolver has some) close unseen.
        var isOurs = false
    }

    /// A multi handle that keeps up to `connectionsMax` connections open; `wakeup` ends a `wait`.
    init(connectionsMax: Int, wakeup: Wakeup) throws(SystemError) {
        guard let multi = curl_multi_init() else { throw SystemError("curl_multi_init", ENOMEM) }
        let descriptor = epoll_create1(Int32(EPOLL_CLOEXEC.rawValue))
        guard descriptor >= 0 else {
            let error = SystemError.last("epoll_create1")
            curl_multi_cleanup(multi)
            throw error
        }
        self.multi = multi
        self.epoll = FileDescriptor(owning: descriptor)
        self.wakeup = wakeup
        let context = Unmanaged.passUnretained(self).toOpaque()
        carillon_curl_multi_on_socket(multi, socketWanted, context)
        carillon_curl_multi_on_timer(multi, timerWanted, context)
        carillon_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionsMax)
        guard control(EPOLL_CTL_ADD, wakeup.descriptor, UInt32(EPOLLIN.rawValue), generation: 0) == 0 else {
            throw SystemError.last("epoll_ctl")
        }
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    /// Begins a transfer; false when libcurl has no memory for it.
    func add(_ transfer: CurlTransfer) -> Bool {
        curl_multi_add_handle(multi, transfer.easy) == CURLM_OK
    }

    /// Takes a transfer out, done or not; its connection is kept only if it is done.
    func remove(_ transfer: CurlTransfer) {
        curl_multi_remove_handle(multi, transfer.easy)
    }

    /// Lets libcurl work on what is ready, after waiting for it until `time` (nil: without limit).
    func wait(until time: Int64?) {
        if let timer, timer <= Clock.boot() { runTimer() }
        let count = epoll_wait(epoll.number, &events, Int32(events.count), timeoutMilliseconds(until: time))
        for index in 0..<Int(max(0, count)) { handle(events[index]) }
        if let timer, timer <= Clock.boot() { runTimer() }
    }

    /// The next transfer that ended, and how; nil if there is none.
    func nextEnded() -> (transfer: CurlTransfer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
            let code = message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            carillon_curl_get_pointer(easy, CURLINFO_PRIVATE, &context)
            guard let context else { continue }
            return (Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue(), code)
        }
        return nil
    }

    // MARK: Waiting

    private func timeoutMilliseconds(until time: Int64?) -> Int32 {
        guard let deadline = [time, timer].compactMap({ $0 }).min() else { return -1 }
        // Rounded up: woken a moment too early, the loop would turn for nothing.
        let milliseconds = (deadline - Clock.boot() + 999_999) / 1_000_000
        return Int32(clamping: max(0, milliseconds))
    }

    private func runTimer() {
        timer = nil
        act(CURL_SOCKET_TIMEOUT, 0)
    }

    private func act(_ socket: curl_socket_t, _ mask: Int32) {
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, mask, &running)
    }

    private func handle(_ event: epoll_event) {
        let socket = Int32(truncatingIfNeeded: event.data.u64 & 0xffff_ffff)
        if socket == wakeup.descriptor { return wakeup.clear() }
        let place = Int(socket)
        guard place < watches.count, watches[place].generation == UInt32(event.data.u64 >> 32) else { return }
        guard watches[place].wanted != 0 else {
            // A kept connection that its peer closed, or talks on unasked. libcurl finds out when it
            // looks at the connection again.
            watches[place].registered = 0
            control(EPOLL_CTL_DEL, socket, 0, generation: 0)
            return
        }
        var mask: Int32 = 0
        if event.events & UInt32(EPOLLIN.rawValue) != 0 { mask |= CURL_CSELECT_IN }
        if event.events & UInt32(EPOLLOUT.rawValue) != 0 { mask |= CURL_CSELECT_OUT }
        if event.events & UInt32(EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 { mask |= CURL_CSELECT_ERR }
        act(socket, mask)
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

    fileprivate func watch(_ socket: curl_socket_t, for what: Int32) {
        makeRoom(for: socket)
        let place = Int(socket)
        let wanted: UInt32 =
            switch what {
            case CURL_POLL_IN: UInt32(EPOLLIN.rawValue)
            case CURL_POLL_OUT: UInt32(EPOLLOUT.rawValue)
            case CURL_POLL_INOUT: UInt32(EPOLLIN.rawValue | EPOLLOUT.rawValue)
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

    fileprivate func setTimer(milliseconds: Int) {
        timer = milliseconds < 0 ? nil : Clock.boot() + Int64(milliseconds) * 1_000_000
    }

    private func register(_ socket: curl_socket_t, _ wanted: UInt32) {
        let place = Int(socket)
        let generation = watches[place].generation
        let known = watches[place].registered != 0
        watches[place].registered = wanted
        if control(known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, wanted, generation: generation) == 0 { return }
        // The number may have changed its socket unseen: what was registered is not, or the other way round.
        // Should both fail, the transfer ends by its timeout.
        control(known ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket, wanted, generation: generation)
    }

    private func makeRoom(for socket: curl_socket_t) {
        while watches.count <= Int(socket) { watches.append(Watch()) }
    }

    @discardableResult
    private func control(_ operation: Int32, _ socket: Int32, _ mask: UInt32, generation: UInt32) -> Int32 {
        var event = epoll_event()
        event.events = mask
        event.data.u64 = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: socket))
        return epoll_ctl(epoll.number, operation, socket, &event)
    }
}

private let socketWanted: curl_socket_callback = { _, socket, what, context, _ in
    guard let context else { return 0 }
    Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().watch(socket, for: what)
    return 0
}

private let timerWanted: curl_multi_timer_callback = { _, milliseconds, context in
    guard let context else { return 0 }
    Unmanaged<CurlMulti>.fromOpaque(context).takeUnretainedValue().setTimer(milliseconds: milliseconds)
    return 0
}
