import Ccurl
import Glibc

/// An answer without an end, read as it comes. One thread; its client is for nothing else from then on.
final class ResponseStream {
    /// What reading on brought.
    enum Next {
        /// More of the answer; empty where it has only begun.
        case part([UInt8])
        /// The service has ended it.
        case ended
        /// The descriptor that was watched beside it is readable.
        case interrupted
        /// The service refuses to give it.
        case refused(HTTPClient.Response)
    }

    /// The service shows every 15 seconds that a stream lives; after so many without a byte it does not.
    private static let silenceSeconds = 45
    private static let pollMilliseconds: Int32 = 1_000

    private let client: HTTPClient
    private let multi: UnsafeMutableRawPointer

    /// Begins to ask for `path`, with these fields. Fails when libcurl has no memory.
    init(
        _ client: HTTPClient, _ path: String, fields: [String]
    ) throws(Failure) {
        client.prepareStream(path, fields: fields, silence: Self.silenceSeconds)
        guard let multi = curl_multi_init() else {
            throw Failure(.failed, "libcurl cannot be started.")
        }
        self.client = client
        self.multi = multi
        curl_multi_add_handle(multi, client.easy)
    }

    deinit {
        curl_multi_remove_handle(multi, client.easy)
        curl_multi_cleanup(multi)
    }

    /// Blocks until there is something, or `descriptor` is readable. Fails with `unreachable` where the connection could
    /// not be made, or broke.
    func next(until descriptor: Int32) throws(Failure) -> Next {
        while true {
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            let isRefused = client.status >= 300
            if running == 0 { return try end(isRefused) }
            // A refusal is read whole.
            if !isRefused, client.status > 0 {
                let part = client.takeBody()
                if !part.isEmpty || !hasBegun {
                    hasBegun = true
                    return .part(part)
                }
            }
            var other = curl_waitfd(fd: descriptor, events: Int16(CURL_WAIT_POLLIN), revents: 0)
            curl_multi_poll(multi, &other, 1, Self.pollMilliseconds, nil)
            if other.revents != 0 { return .interrupted }
        }
    }

    private var hasBegun = false
    private var isOver = false

    private func end(_ isRefused: Bool) throws(Failure) -> Next {
        let rest = client.takeBody()
        if isRefused { return .refused(HTTPClient.Response(status: client.status, body: rest)) }
        if !rest.isEmpty, !isOver {
            // It is handed out before the end is told.
            isOver = true
            return .part(rest)
        }
        var left: Int32 = 0
        if let message = curl_multi_info_read(multi, &left), message.pointee.msg == CURLMSG_DONE,
            message.pointee.data.result != CURLE_OK
        {
            throw client.failure(message.pointee.data.result)
        }
        return .ended
    }
}
