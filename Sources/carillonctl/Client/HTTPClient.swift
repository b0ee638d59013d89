import Ccurl
import Glibc

/// HTTP requests through one of libcurl's easy handles: one after the other, over a connection that is kept. Blocks;
/// one thread.
final class HTTPClient {
    /// What came back.
    struct Response {
        let status: Int
        let body: [UInt8]
    }

    /// How to reach the service.
    struct Settings {
        var url: ServiceURL
        /// Sent as `Authorization: Bearer`.
        var token: String?
        /// A PEM file with the authorities that may sign the service's certificate; nil = the system's.
        var authorityFile: String?
        /// For a whole request.
        var timeoutMilliseconds = 10_000
    }

    /// Most bytes of an answer that are taken: a page of the longest subscriptions is about 3 MB.
    static let bodyBytesMax = 67_108_864
    private static let connectMilliseconds = 5_000

    let settings: Settings
    /// The handle, for who sends with it in another way: see `ResponseStream`.
    let easy: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// libcurl's own words for what went wrong last.
    private let errorText: UnsafeMutablePointer<CChar>
    private var body: [UInt8] = []
    /// The fields of every request.
    private var lines = ["Content-Type: application/json", "Expect:"]

    /// A client; connects with the first request. Fails when libcurl has no memory.
    init(_ settings: Settings) throws(Failure) {
        guard let easy = curl_easy_init() else {
            throw Failure(.failed, "libcurl cannot be started.")
        }
        self.easy = easy
        self.settings = settings
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        // `Expect:` without value: a body that waits for "100 Continue" would cost a round trip.
        if let token = settings.token { lines.append("Authorization: Bearer " + token) }
        setFields(lines + ["Accept: application/json"])
        guard setUp() == CURLE_OK else { throw Failure(.failed, "libcurl refuses a setting.") }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    /// Adds a header field to every request from now on. Its value has no line ends.
    func add(field: String, _ value: String) {
        headers = curl_slist_append(headers, "\(field): \(value)") ?? headers
        carillon_curl_set_list(easy, CURLOPT_HTTPHEADER, headers)
    }

    /// Sends `method path` with a JSON text as its body, if there is one; any status is an answer. Fails with
    /// `unreachable` when none came.
    func send(_ method: String, _ path: String, _ content: [UInt8]? = nil) throws(Failure)
        -> Response
    {
        prepare(method, path)
        var code = CURLE_OK
        if let content {
            code = content.withUnsafeBytes { bytes in
                carillon_curl_set_long(easy, CURLOPT_POSTFIELDSIZE, bytes.count)
                carillon_curl_set_pointer(
                    easy, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress ?? UnsafeRawPointer(errorText))
                return curl_easy_perform(easy)
            }
        } else {
            code = curl_easy_perform(easy)
        }
        guard code == CURLE_OK else { throw failure(code) }
        return Response(status: status, body: body)
    }

    /// Makes the next request a GET of `path` that may last for ever, with these fields instead of `Accept`. `silence`:
    /// seconds without a byte after which it has failed.
    func prepareStream(_ path: String, fields: [String], silence: Int) {
        prepare("GET", path)
        setFields(lines + fields)
        carillon_curl_set_list(easy, CURLOPT_HTTPHEADER, headers)
        carillon_curl_set_long(easy, CURLOPT_TIMEOUT_MS, 0)
        carillon_curl_set_long(easy, CURLOPT_LOW_SPEED_LIMIT, 1)
        carillon_curl_set_long(easy, CURLOPT_LOW_SPEED_TIME, silence)
    }

    /// The status of the answer; 0 while there is none.
    var status: Int {
        var status = 0
        carillon_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return status
    }

    /// What has come of the answer's body since it was taken last.
    func takeBody() -> [UInt8] {
        defer { body = [] }
        return body
    }

    private func prepare(_ method: String, _ path: String) {
        body = []
        carillon_curl_set_text(easy, CURLOPT_URL, settings.url.base + path)
        carillon_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, method)
        // A GET without body is said first: POSTFIELDS alone makes it a POST.
        carillon_curl_set_long(easy, CURLOPT_HTTPGET, 1)
    }

    private func setFields(_ lines: [String]) {
        curl_slist_free_all(headers)
        headers = nil
        for line in lines { headers = curl_slist_append(headers, line) ?? headers }
    }

    private func setUp() -> CURLcode {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_FOLLOWLOCATION, 0),
            (CURLOPT_PATH_AS_IS, 1),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_CONNECTTIMEOUT_MS, Self.connectMilliseconds),
            (CURLOPT_TIMEOUT_MS, settings.timeoutMilliseconds),
        ]
        var codes = numbers.map { carillon_curl_set_long(easy, $0, $1) }
        // No proxy, whatever the environment says: the service is close by.
        codes.append(carillon_curl_set_text(easy, CURLOPT_PROXY, ""))
        codes.append(carillon_curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"))
        codes.append(
            carillon_curl_set_text(
                easy, CURLOPT_USERAGENT, "carillonctl/" + Carillonctl.versionNumber))
        if let path = settings.url.unixPath {
            codes.append(carillon_curl_set_text(easy, CURLOPT_UNIX_SOCKET_PATH, path))
        }
        if let file = settings.authorityFile {
            codes.append(carillon_curl_set_text(easy, CURLOPT_CAINFO, file))
        }
        codes.append(carillon_curl_set_list(easy, CURLOPT_HTTPHEADER, headers))
        codes.append(carillon_curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText))
        let context = Unmanaged.passUnretained(self).toOpaque()
        codes.append(carillon_curl_on_body(easy, receivedBody, context))
        return codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }

    /// Takes a part of the answer; the number of bytes taken, fewer to end the call.
    fileprivate func received(_ part: UnsafeRawBufferPointer) -> Int {
        guard body.count + part.count <= Self.bodyBytesMax else { return 0 }
        body.append(contentsOf: part)
        return part.count
    }

    /// What went wrong with a request, for people.
    func failure(_ code: CURLcode) -> Failure {
        let own = String(cString: errorText)
        let reason = own.isEmpty ? String(cString: curl_easy_strerror(code)) : own
        let place = settings.url.text
        switch code {
        case CURLE_OPERATION_TIMEDOUT:
            return Failure(
                .unreachable, "\(place) did not answer: \(reason).",
                advice: "Is it busy? --timeout waits longer.")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE:
            return Failure(
                .unreachable, "\(place) cannot be trusted: \(reason).",
                advice: "If its certificate is your own, name the authority with --ca-file.")
        case CURLE_URL_MALFORMAT:
            return Failure(.usage, "--url \(place): \(reason).")
        case CURLE_WRITE_ERROR:
            return Failure(.failed, "\(place) answers with more than \(Self.bodyBytesMax) bytes.")
        default:
            return Failure(
                .unreachable, "\(place) cannot be reached: \(reason).",
                advice: "Is carillond running, and is this its address? Set --url or CARILLON_URL.")
        }
    }
}

private let receivedBody: curl_write_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    return Unmanaged<HTTPClient>.fromOpaque(context).takeUnretainedValue()
        .received(UnsafeRawBufferPointer(start: bytes, count: size * count))
}
