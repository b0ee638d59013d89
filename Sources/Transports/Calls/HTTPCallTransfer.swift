internal import Ccurl
internal import Glibc

/// One call of an `HTTPCaller`, with all memory that libcurl needs for it. Only touched on the caller's queue; libcurl
/// calls its callbacks there too.
final class HTTPCallTransfer {
    /// libcurl's handle; lives as long as this object.
    let easy: UnsafeMutableRawPointer
    /// Who waits for the answer.
    let done: @Sendable (HTTPCaller.Answer) -> Void

    private let policy: TargetPolicy
    private let bytesMax: Int
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var received: [UInt8] = []
    private var headerBytes = 0
    private var triesAddresses = false
    private var refusesAddresses = false

    /// A call that is ready to begin; nil when libcurl has no memory for it, or the URL cannot be written down.
    init?(
        _ request: HTTPCaller.Request, _ settings: HTTPCaller.Settings, _ policy: TargetPolicy,
        _ done: @escaping @Sendable (HTTPCaller.Answer) -> Void
    ) {
        guard !request.url.contains(0), let easy = curl_easy_init() else { return nil }
        self.easy = easy
        self.done = done
        self.policy = policy
        bytesMax = settings.answerBytesMax
        var codes = Self.apply(settings, to: easy)
        let url = request.url.map { CChar(bitPattern: $0) } + [0]
        codes.append(carillon_curl_set_text(easy, CURLOPT_URL, url))
        if request.method == "POST" { codes += setBody(request) }
        let context = Unmanaged.passUnretained(self).toOpaque()
        codes += [
            carillon_curl_on_body(easy, receivesBody, context),
            carillon_curl_on_header(easy, receivesHeader, context),
            carillon_curl_on_open(easy, opensSocket, context),
        ]
        guard codes.allSatisfy({ $0 == CURLE_OK }) else { return nil }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
    }

    /// What came of the call, which libcurl ended with `code`.
    func answer(_ code: CURLcode) -> HTTPCaller.Answer {
        switch code {
        case CURLE_OK:
            var status = 0
            carillon_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
            return .response(status: status, contentType: contentType, body: received)
        case CURLE_COULDNT_CONNECT:
            return .failed(refusesAddresses && !triesAddresses ? .other : .refused)
        case CURLE_OPERATION_TIMEDOUT:
            var connected: curl_off_t = 0
            carillon_curl_get_offset(easy, CURLINFO_CONNECT_TIME_T, &connected)
            return .failed(connected == 0 ? .connectTimeout : .timeout)
        default:
            return .failed(.other)
        }
    }

    private static func apply(_ settings: HTTPCaller.Settings, to easy: UnsafeMutableRawPointer)
        -> [CURLcode]
    {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_CONNECTTIMEOUT_MS, settings.connectMilliseconds),
            (CURLOPT_TIMEOUT_MS, settings.totalMilliseconds),
            // A call that times out during a lookup must not wait for the lookup's thread.
            (CURLOPT_QUICK_EXIT, 1),
        ]
        var texts: [(CURLoption, String)] = [
            (CURLOPT_PROTOCOLS_STR, "http,https"),
            // Empty: no proxy, whatever the environment says.
            (CURLOPT_PROXY, ""),
            (CURLOPT_USERAGENT, settings.userAgent),
        ]
        if let file = settings.certificateAuthorityFile { texts.append((CURLOPT_CAINFO, file)) }
        return numbers.map { carillon_curl_set_long(easy, $0, $1) }
            + texts.map { carillon_curl_set_text(easy, $0, $1) }
    }

    private func setBody(_ request: HTTPCaller.Request) -> [CURLcode] {
        // `Expect:` without a value: a body that waits for "100 Continue" would cost a round trip.
        var lines = ["Expect:"]
        if let type = request.contentType, type.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
            lines.append("Content-Type: " + type)
        }
        for line in lines { headers = curl_slist_append(headers, line) ?? headers }
        return [
            carillon_curl_set_long(easy, CURLOPT_POST, 1),
            carillon_curl_set_long(easy, CURLOPT_POSTFIELDSIZE, request.body.count),
            request.body.withUnsafeBytes {
                carillon_curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
            },
            carillon_curl_set_list(easy, CURLOPT_HTTPHEADER, headers),
        ]
    }

    private var contentType: [UInt8]? {
        var text: UnsafeMutableRawPointer?
        carillon_curl_get_pointer(easy, CURLINFO_CONTENT_TYPE, &text)
        return text.map { Array(String(cString: $0.assumingMemoryBound(to: CChar.self)).utf8) }
    }

    // MARK: What libcurl tells

    fileprivate func received(body part: UnsafeRawBufferPointer) -> Int {
        guard received.count + part.count <= bytesMax else { return 0 }
        received.append(contentsOf: part)
        return part.count
    }

    fileprivate func received(header line: UnsafeRawBufferPointer) -> Int {
        headerBytes += line.count
        return headerBytes <= bytesMax ? line.count : 0
    }

    fileprivate func open(_ address: UnsafeMutablePointer<curl_sockaddr>) -> curl_socket_t {
        guard withUnsafePointer(to: &address.pointee.addr, { policy.allows($0) }) else {
            refusesAddresses = true
            return CURL_SOCKET_BAD
        }
        triesAddresses = true
        let kind = address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
        return socket(address.pointee.family, kind, address.pointee.protocol)
    }
}

private func transfer(_ context: UnsafeMutableRawPointer) -> HTTPCallTransfer {
    Unmanaged<HTTPCallTransfer>.fromOpaque(context).takeUnretainedValue()
}

private let receivesBody: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    return transfer(context).received(
        body: UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private let receivesHeader: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    return transfer(context).received(
        header: UnsafeRawBufferPointer(start: bytes, count: size * count))
}

private let opensSocket: curl_opensocket_callback = { context, _, address in
    guard let context, let address else { return CURL_SOCKET_BAD }
    return transfer(context).open(address)
}
