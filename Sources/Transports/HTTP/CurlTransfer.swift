internal import Ccurl
internal import EventCore
internal import Glibc

/// One HTTP POST after another on one of libcurl's easy handles, with all memory a call needs.
///
/// Reused from call to call, which saves a third of a call's CPU. Only touched on the delivery thread;
/// libcurl calls its callbacks there too.
final class CurlTransfer {
    /// One call: what is sent, and where.
    struct Call {
        /// The URL with its final 0.
        var url: [CChar]
        /// Whose URL it is: a transfer that had the same one before keeps it.
        var owner: AnyObject
        /// What is sent.
        var body: [UInt8]
        /// Which occurrences it tells of: the header `webhook-id`, so that a receiver knows what comes twice.
        var occurrences: [OccurrenceID]
        /// What the client that raised called its request, of the first that has it: the header fields `X-Request-Id`
        /// and `traceparent`.
        var trace: Trace?
        /// Whether the reply's body is kept.
        var keepsReply: Bool
        /// How long all of it may take, connecting included.
        var timeoutMilliseconds: Int
    }

    /// libcurl's handle; lives as long as this object.
    let easy: UnsafeMutableRawPointer
    /// Its place among the owner's transfers.
    var place = 0
    /// What the callbacks have seen of the present call.
    private(set) var exchange = HTTPExchange()
    /// The reply's body, as far as it is kept.
    private(set) var reply: [UInt8] = []

    private let options: CurlOptions
    private let onRequest: (CurlTransfer) -> Bool
    private var body: UnsafeMutableRawBufferPointer = .allocate(byteCount: 1_024, alignment: 1)
    private var occurrence: UnsafeMutableBufferPointer<CChar> = .allocate(capacity: 128)
    private let headers: UnsafeMutablePointer<curl_slist> = .allocate(capacity: 1)
    /// The lines of `Call.trace`, in front of those that all calls have; nil where there are none.
    private var traceLines: UnsafeMutablePointer<curl_slist>?
    private var keepsReply = false
    private var replyBytes = 0
    private var headerBytes = 0
    /// Whose URL the handle holds; libcurl has a copy of it. Kept alive here: the object at the same address
    /// might be another one otherwise, and its calls would go where the last one's went.
    private var owner: AnyObject?

    /// A transfer. `onRequest` is asked, each time a connection stands, whether the request may still go out.
    /// Nil when libcurl has no memory, or not all that the options need.
    init?(options: CurlOptions, onRequest: @escaping (CurlTransfer) -> Bool) {
        guard let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.options = options
        self.onRequest = onRequest
        occurrence.initialize(repeating: 0)
        headers.initialize(to: curl_slist(data: occurrence.baseAddress, next: options.headers))
        let context = Unmanaged.passUnretained(self).toOpaque()
        let codes = [
            options.apply(to: easy),
            carillon_curl_set_list(easy, CURLOPT_HTTPHEADER, headers),
            carillon_curl_set_pointer(easy, CURLOPT_PRIVATE, context),
            carillon_curl_on_body(easy, receivedBody, context),
            carillon_curl_on_header(easy, receivedHeader, context),
            carillon_curl_on_request(easy, requestIsNext, context),
            carillon_curl_on_open(easy, opensSocket, context),
        ]
        guard codes.allSatisfy({ $0 == CURLE_OK }) else { return nil }
    }

    deinit {
        curl_easy_cleanup(easy)
        forgetTrace()
        body.deallocate()
        occurrence.deallocate()
        headers.deallocate()
    }

    /// Makes everything ready for one call; false when libcurl refuses, out of memory.
    func prepare(_ call: Call) -> Bool {
        exchange = HTTPExchange()
        reply.removeAll(keepingCapacity: true)
        keepsReply = call.keepsReply
        replyBytes = 0
        headerBytes = 0
        write(body: call.body)
        write(occurrences: call.occurrences)
        write(trace: call.trace)
        if owner !== call.owner {
            owner = nil
            let code = call.url.withUnsafeBufferPointer {
                carillon_curl_set_text(easy, CURLOPT_URL, $0.baseAddress)
            }
            guard code == CURLE_OK else { return false }
            owner = call.owner
        }
        // Not copied by libcurl: `body` stays where it is until the call has ended.
        carillon_curl_set_long(easy, CURLOPT_POSTFIELDSIZE, call.body.count)
        carillon_curl_set_pointer(easy, CURLOPT_POSTFIELDS, body.baseAddress)
        carillon_curl_set_long(easy, CURLOPT_TIMEOUT_MS, call.timeoutMilliseconds)
        return true
    }

    /// What is known once the call has ended with `code`.
    func ended(_ code: CURLcode) -> HTTPExchange {
        exchange.code = code
        var status = 0
        carillon_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        exchange.status = status
        var systemError = 0
        carillon_curl_get_long(easy, CURLINFO_OS_ERRNO, &systemError)
        exchange.systemError = Int32(truncatingIfNeeded: systemError)
        var seconds: curl_off_t = 0
        carillon_curl_get_offset(easy, CURLINFO_RETRY_AFTER, &seconds)
        exchange.retryAfterSeconds = seconds > 0 ? Int(seconds) : nil
        exchange.timings = timings()
        return exchange
    }

    private func timings() -> AttemptTimings {
        var connections = 0
        carillon_curl_get_long(easy, CURLINFO_NUM_CONNECTS, &connections)
        // On a kept connection libcurl tells how long it took to find it. One that came to nothing is not counted.
        let isNew = connections > 0 || exchange.requests == 0
        return AttemptTimings(
            nameLookup: isNew ? microseconds(CURLINFO_NAMELOOKUP_TIME_T) : 0,
            connect: isNew ? microseconds(CURLINFO_CONNECT_TIME_T) : 0,
            tls: isNew ? microseconds(CURLINFO_APPCONNECT_TIME_T) : 0,
            firstByte: microseconds(CURLINFO_STARTTRANSFER_TIME_T),
            total: microseconds(CURLINFO_TOTAL_TIME_T))
    }

    private func microseconds(_ info: CURLINFO) -> Int64 {
        var time: curl_off_t = 0
        carillon_curl_get_offset(easy, info, &time)
        return Int64(time)
    }

    /// Gives memory back that only an unusually large call needed.
    func rest() {
        if body.count > Self.bodyBytesKept {
            body.deallocate()
            body = .allocate(byteCount: Self.bodyBytesKept, alignment: 1)
        }
        if reply.capacity > Self.bodyBytesKept { reply = [] }
    }

    /// A buffer up to this size is kept for the next call.
    static let bodyBytesKept = 4_096
    /// The name that Standard Webhooks gives to what is the same when a call comes twice. An array of calls
    /// has as many, in their order, with commas between.
    private static let occurrenceHeader: StaticString = "webhook-id: "

    private func write(body bytes: [UInt8]) {
        if body.count < bytes.count {
            body.deallocate()
            body = .allocate(byteCount: bytes.count, alignment: 1)
        }
        body.copyBytes(from: bytes)
    }

    private func write(occurrences: [OccurrenceID]) {
        var line = Self.occurrenceHeader.description
        line += occurrences.map(\.description).joined(separator: ",")
        let bytes = line.utf8CString
        if occurrence.count < bytes.count {
            occurrence.deallocate()
            occurrence = .allocate(capacity: bytes.count)
            headers.pointee.data = occurrence.baseAddress
        }
        _ = occurrence.initialize(from: bytes)
    }

    private func write(trace: Trace?) {
        if traceLines != nil { forgetTrace() }
        guard let trace else { return }
        var last: UnsafeMutablePointer<curl_slist>?
        for (name, value) in [("X-Request-Id", trace.requestID), ("traceparent", trace.parent)] {
            guard let value, let line = curl_slist_append(nil, "\(name): \(value)") else {
                continue
            }
            if let last { last.pointee.next = line } else { traceLines = line }
            last = line
        }
        last?.pointee.next = options.headers
        headers.pointee.next = traceLines ?? options.headers
    }

    /// Frees the lines of a trace, and not what follows them.
    private func forgetTrace() {
        headers.pointee.next = options.headers
        var last = traceLines
        while let line = last, line.pointee.next != options.headers { last = line.pointee.next }
        last?.pointee.next = nil
        curl_slist_free_all(traceLines)
        traceLines = nil
    }

    // MARK: What libcurl tells

    /// Takes a part of the reply's body; the number of bytes taken, fewer to end the call.
    fileprivate func received(body part: UnsafeRawBufferPointer) -> Int {
        replyBytes += part.count
        guard replyBytes <= options.replyBytesMax else {
            exchange.isReplyCut = true
            return 0
        }
        if keepsReply { reply.append(contentsOf: part) }
        return part.count
    }

    /// Takes one line of the reply's header; the number of bytes taken, fewer to end the call.
    fileprivate func received(header line: UnsafeRawBufferPointer) -> Int {
        headerBytes += line.count
        guard headerBytes <= options.replyBytesMax else {
            exchange.isReplyCut = true
            return 0
        }
        // An interim response (1xx) has a header section of its own: only the last one counts.
        if line.starts(with: "HTTP/".utf8) { exchange.isHeaderComplete = false }
        if line.first == UInt8(ascii: "\r") || line.first == UInt8(ascii: "\n") {
            exchange.isHeaderComplete = true
        }
        return line.count
    }

    /// A connection stands and the request follows; false ends the call instead.
    fileprivate func requestFollows() -> Bool {
        // libcurl sends a request again, on a new connection, when a kept one turns out to be closed and
        // nothing was answered. Once is what a closed connection explains; more is a receiver's fault.
        guard exchange.requests < 2, onRequest(self) else { return false }
        exchange.requests += 1
        return true
    }

    /// Opens a socket unless the target policy refuses the address.
    fileprivate func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        let allowed = withUnsafePointer(to: &address.pointee.addr) { options.allows($0) }
        guard allowed else {
            exchange.refusedAddresses += 1
            return CURL_SOCKET_BAD
        }
        exchange.triedAddresses += 1
        let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.pointee.family, kind, address.pointee.protocol)
        guard descriptor >= 0 else {
            exchange.socketError = errno
            return CURL_SOCKET_BAD
        }
        options.poller.opened(descriptor)
        return descriptor
    }
}

private func transfer(_ context: UnsafeMutableRawPointer) -> CurlTransfer {
    Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
}

private let receivedBody: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    return transfer(context).received(
        body: UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private let receivedHeader: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    return transfer(context).received(
        header: UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private let requestIsNext: curl_prereq_callback = { context, _, _, _, _ in
    guard let context, transfer(context).requestFollows() else { return CURL_PREREQFUNC_ABORT }
    return CURL_PREREQFUNC_OK
}

private let opensSocket: curl_opensocket_callback = { context, _, address in
    guard let context, let address else { return CURL_SOCKET_BAD }
    return transfer(context).open(address)
}
