internal import Ccurl
internal import Dispatch
internal import EventCore
internal import Glibc
public import Net
internal import Synchronization

/// Single HTTP calls and their answers, for scripts: `rest_get`, `rest_post`. Not a transport: nothing is queued, tried
/// again or counted for anybody.
///
/// All calls share one thread, which begins with the first of them. Redirects are never followed; the target policy
/// judges every address that a connection is opened to.
public final class HTTPCaller: Sendable {
    /// One call.
    public struct Request: Sendable {
        /// `GET` or `POST`.
        public var method: String
        /// The URL; only `http` and `https` are called.
        public var url: [UInt8]
        /// What is sent; nothing with GET.
        public var body: [UInt8]
        /// The body's `Content-Type`; nil leaves it to libcurl.
        public var contentType: String?

        /// A call.
        public init(method: String, url: [UInt8], body: [UInt8] = [], contentType: String? = nil) {
            self.method = method
            self.url = url
            self.body = body
            self.contentType = contentType
        }
    }

    /// What came of a call.
    public enum Answer: Sendable, Equatable {
        /// An answer of whatever status.
        case response(status: Int, contentType: [UInt8]?, body: [UInt8])
        /// None, and why.
        case failed(Failure)
    }

    /// Why there is no answer.
    public enum Failure: Error, Sendable {
        /// Nobody listens there, or the address is not to be called.
        case refused
        /// Connecting took too long.
        case connectTimeout
        /// The answer took too long.
        case timeout
        /// A URL that cannot be called, an answer that cannot be read or is too large, too many calls at once, the
        /// end of the service.
        case other
    }

    /// In what bounds calls are made.
    public struct Settings: Sendable {
        /// The `User-Agent` of every call.
        public var userAgent = "Carillon"
        /// For a connection to stand, the name's lookup and TLS included.
        public var connectMilliseconds = 5_000
        /// For a whole call.
        public var totalMilliseconds = 20_000
        /// Most bytes of an answer's body, and of its header.
        public var answerBytesMax = 65_536
        /// Calls under way; one more fails.
        public var callsMax = 256
        /// A PEM file with the authorities that may sign servers' certificates; nil = the system's.
        public var certificateAuthorityFile: String?

        /// The defaults; times as OpenSIPS's rest_client has them, or shorter.
        public init() {}
    }

    private struct State {
        var waiting: [(Request, @Sendable (Answer) -> Void)] = []
        var underWay = 0
        var isRunning = false
        var isStopped = false
    }

    private let settings: Settings
    private let policy: TargetPolicy
    private let multi: Multi
    private let state = Lock(State())
    private let queue = DispatchQueue(label: "carillon.calls")

    /// @unchecked because libcurl's multi handle is used on the queue only, but for `curl_multi_wakeup`, which any
    /// thread may call.
    private struct Multi: @unchecked Sendable {
        let handle: UnsafeMutableRawPointer
    }

    /// A caller that has not called anybody. Throws when the process has no memory left for it.
    public init(settings: Settings = Settings(), policy: TargetPolicy) throws(SystemError) {
        guard curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK, let handle = curl_multi_init()
        else { throw SystemError("curl_multi_init", ENOMEM) }
        self.settings = settings
        self.policy = policy
        multi = Multi(handle: handle)
    }

    deinit {
        curl_multi_cleanup(multi.handle)
    }

    /// Makes a call; `done` is told once, on the caller's own thread or at once, and must not block. Any thread; never
    /// blocks.
    public func call(_ request: Request, _ done: @escaping @Sendable (Answer) -> Void) {
        let (isTaken, begins) = state.withLock { state -> (Bool, Bool) in
            guard !state.isStopped, state.underWay < settings.callsMax else {
                return (false, false)
            }
            state.underWay += 1
            state.waiting.append((request, done))
            defer { state.isRunning = true }
            return (true, !state.isRunning)
        }
        guard isTaken else { return done(.failed(.other)) }
        if begins {
            queue.async { self.run() }
        } else {
            curl_multi_wakeup(multi.handle)
        }
    }

    /// Ends the calls under way, each failed. Blocks for an instant.
    public func stop() {
        state.withLock { $0.isStopped = true }
        curl_multi_wakeup(multi.handle)
        queue.sync {}
    }

    // MARK: On the queue

    /// Makes calls until none is left.
    private func run() {
        var calls: [UnsafeMutableRawPointer: HTTPCallTransfer] = [:]
        while true {
            let (new, isStopped, isOver) = state.withLock { state in
                defer { state.waiting = [] }
                let isOver = state.waiting.isEmpty && calls.isEmpty
                if isOver { state.isRunning = false }
                return (state.waiting, state.isStopped, isOver)
            }
            for (request, done) in new { begin(request, done, &calls) }
            if isStopped { return giveUp(&calls) }
            if isOver { return }
            var running: Int32 = 0
            curl_multi_perform(multi.handle, &running)
            finish(&calls)
            if !calls.isEmpty { curl_multi_poll(multi.handle, nil, 0, Self.pollMilliseconds, nil) }
        }
    }

    /// For how long libcurl may wait at most; what happens earlier ends the wait.
    private static let pollMilliseconds: Int32 = 1_000

    private func begin(
        _ request: Request, _ done: @escaping @Sendable (Answer) -> Void,
        _ calls: inout [UnsafeMutableRawPointer: HTTPCallTransfer]
    ) {
        let transfer = HTTPCallTransfer(request, settings, policy, done)
        guard let transfer, curl_multi_add_handle(multi.handle, transfer.easy) == CURLM_OK else {
            return end(done, .failed(.other))
        }
        calls[transfer.easy] = transfer
    }

    private func finish(_ calls: inout [UnsafeMutableRawPointer: HTTPCallTransfer]) {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi.handle, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle,
                let transfer = calls.removeValue(forKey: easy)
            else { continue }
            let answer = transfer.answer(message.pointee.data.result)
            curl_multi_remove_handle(multi.handle, easy)
            end(transfer.done, answer)
        }
    }

    private func giveUp(_ calls: inout [UnsafeMutableRawPointer: HTTPCallTransfer]) {
        for (easy, transfer) in calls {
            curl_multi_remove_handle(multi.handle, easy)
            end(transfer.done, .failed(.other))
        }
        calls = [:]
    }

    private func end(_ done: @Sendable (Answer) -> Void, _ answer: Answer) {
        state.withLock { $0.underWay -= 1 }
        done(answer)
    }
}
