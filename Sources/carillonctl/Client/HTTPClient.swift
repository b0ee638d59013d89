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
    private let easy: UnsafeMutableRawPointer
    private var headers: UnsafeMutablePointer<curl_slist>?
    /// libcurl's own words for what went wrong last.
    private let errorText: UnsafeMutablePointer<CChar>
    private var body: [UInt8] = []

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
        var lines = ["Content-Type: application/json", "Accept: application/json", "Expect:"]
        if let token = settings.token { lines.append("Authorization: Bearer " + token) }
        for line in lines { headers = curl_slist_append(headers, line) ?? headers }
        guard setUp() == CURLE_OK else { throw Failure(.failed, "libcurl refuses a setting.") }
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(headers)
        errorText.deallocate()
    }

    /// Sends `method path` with a JSON text as its body, if there is one; any status is an answer. Fails with
    /// `unreachable` when none came.
    func send(_ method: String, _ path: String, _ content: [UInt8]? = nil) throws(Failure)
        -> Response
    {
        body = []
        carillon_curl_set_text(easy, CURLOPT_URL, settings.url.base + path)
        carillon_curl_set_text(easy, CURLOPT_CUSTOMREQUEST, method)
        // A GET without body is said first: POSTFIELDS alone makes it a POST.
        carillon_curl_set_long(easy, CURLOPT_HTTPGET, 1)
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
        var status = 0
        carillon_curl_get_long(easy, CURLINFO_RESPONSE_CODE, &status)
        return Response(status: status, body: body)
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

    private func failure(_ code: CURLcode) -> Failure {
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
