internal import Ccurl
internal import Glibc
internal import Net

/// libcurl's multi handle, driven by `curl_multi_socket_action`: many transfers on one thread, which is
/// the only one that touches it.
final class CurlMulti {
    /// The sockets and the timer that libcurl waits for.
    let poller: CurlPoller

    private let multi: UnsafeMutableRawPointer
    /// Transfers added and not yet removed.
    private var transfers = 0
    /// Those of them that libcurl still works on.
    private var unfinished: Int32 = 0

    /// A multi handle that keeps up to `connectionsMax` connections open; `wakeup` ends a `wait`.
    /// Throws when the process has no memory or descriptor left, and ENOSYS when this libcurl would block
    /// during a name's lookup.
    init(connectionsMax: Int, wakeup: Wakeup) throws(SystemError) {
        guard Self.isUsable else {
            throw SystemError("libcurl without asynchronous lookups", ENOSYS)
        }
        poller = try CurlPoller(wakeup: wakeup)
        guard let multi = curl_multi_init() else { throw SystemError("curl_multi_init", ENOMEM) }
        self.multi = multi
        // The poller, not this object: closing the kept connections calls back during `deinit`.
        let context = Unmanaged.passUnretained(poller).toOpaque()
        carillon_curl_multi_on_socket(multi, socketWanted, context)
        carillon_curl_multi_on_timer(multi, timerWanted, context)
        carillon_curl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionsMax)
    }

    deinit {
        curl_multi_cleanup(multi)
    }

    /// Begins a transfer; false when libcurl has no memory for it.
    func add(_ transfer: CurlTransfer) -> Bool {
        guard curl_multi_add_handle(multi, transfer.easy) == CURLM_OK else { return false }
        transfers += 1
        return true
    }

    /// Takes a transfer out, done or not; its connection is kept only if it is done.
    func remove(_ transfer: CurlTransfer) {
        curl_multi_remove_handle(multi, transfer.easy)
        transfers -= 1
    }

    /// Lets libcurl work on what is ready, after waiting for it until `time` (nil: without limit).
    func wait(until time: Int64?) {
        // Transfers just added are waiting for the timer. Some may be through with it at once: no socket
        // will report them, so then there is nothing to wait for.
        var hasEnded = false
        if poller.takeTimer(now: Clock.boot()) {
            act(CURL_SOCKET_TIMEOUT, 0)
            hasEnded = unfinished < transfers
        }
        poller.wait(until: hasEnded ? 0 : time)
        while let event = poller.takeEvent() { act(event.socket, event.mask) }
        if poller.takeTimer(now: Clock.boot()) { act(CURL_SOCKET_TIMEOUT, 0) }
    }

    /// The next transfer that ended, and how; nil if there is none.
    func nextEnded() -> (transfer: CurlTransfer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle
            else { continue }
            let code = message.pointee.data.result
            var context: UnsafeMutableRawPointer?
            carillon_curl_get_pointer(easy, CURLINFO_PRIVATE, &context)
            guard let context else { continue }
            return (Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue(), code)
        }
        return nil
    }

    private func act(_ socket: curl_socket_t, _ mask: Int32) {
        curl_multi_socket_action(multi, socket, mask, &unfinished)
    }

    /// libcurl is set up, once for the process, and looks names up on threads of its own: a name server
    /// that does not answer must not stop the one thread of all transfers.
    private static let isUsable: Bool = {
        guard curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK,
            let version = curl_version_info(CURLVERSION_TENTH)
        else { return false }
        return version.pointee.features & CURL_VERSION_ASYNCHDNS != 0
    }()
}

private let socketWanted: curl_socket_callback = { _, socket, what, context, _ in
    guard let context else { return 0 }
    Unmanaged<CurlPoller>.fromOpaque(context).takeUnretainedValue().watch(socket, for: what)
    return 0
}

private let timerWanted: curl_multi_timer_callback = { _, milliseconds, context in
    guard let context else { return 0 }
    Unmanaged<CurlPoller>.fromOpaque(context).takeUnretainedValue().setTimer(
        milliseconds: milliseconds)
    return 0
}
