internal import Cepoll
internal import Glibc

/// An epoll instance. Descriptors are registered level-triggered under a token, never under their
/// number: a late event of a closed descriptor then finds nobody. One thread.
public struct Poller: ~Copyable {
    /// Most events of one wake-up.
    public static let eventsMax = 256

    /// There is something to read, or the peer will send no more.
    public static let input = EPOLLIN.rawValue | EPOLLRDHUP.rawValue
    /// There is room to write.
    public static let output = EPOLLOUT.rawValue
    /// The peer sends nothing more.
    static let peerEnd = EPOLLRDHUP.rawValue
    /// Reported once for each change, until all has been read.
    public static let edge = EPOLLET.rawValue
    /// Reported whether asked for or not: an error, or both ends are closed.
    public static let hangUp = EPOLLERR.rawValue | EPOLLHUP.rawValue

    private let descriptor: FileDescriptor
    private let events: UnsafeMutablePointer<epoll_event>

    /// An epoll instance that watches nothing. Throws EMFILE and the like.
    public init() throws(SystemError) {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw .last("epoll_create1") }
        descriptor = FileDescriptor(owning: number)
        events = .allocate(capacity: Self.eventsMax)
    }

    deinit {
        events.deallocate()
    }

    /// Registers a descriptor; false when the kernel has no room for it.
    public func add(_ number: Int32, _ interest: UInt32, token: UInt64) -> Bool {
        control(EPOLL_CTL_ADD, number, interest, token)
    }

    /// Forgets a descriptor, before it is closed.
    public func remove(_ number: Int32) {
        _ = control(EPOLL_CTL_DEL, number, 0, 0)
    }

    /// Changes what a registered descriptor is watched for. Errors and hang-ups are always
    /// reported.
    public func modify(_ number: Int32, _ interest: UInt32, token: UInt64) {
        _ = control(EPOLL_CTL_MOD, number, interest, token)
    }

    /// Blocks until something happens, at most for `timeoutMilliseconds` (negative: for ever); returns how many events
    /// there are.
    public func wait(timeoutMilliseconds: Int32 = -1) -> Int {
        // -1 only for EINTR: the arguments are fixed.
        max(
            0,
            Int(epoll_wait(descriptor.number, events, Int32(Self.eventsMax), timeoutMilliseconds)))
    }

    /// The event at `index` of the last wake-up.
    public func event(_ index: Int) -> (token: UInt64, events: UInt32) {
        (events[index].data.u64, events[index].events)
    }

    private func control(_ operation: Int32, _ number: Int32, _ interest: UInt32, _ token: UInt64)
        -> Bool
    {
        var event = epoll_event(events: interest, data: epoll_data_t(u64: token))
        return epoll_ctl(descriptor.number, operation, number, &event) == 0
    }
}
