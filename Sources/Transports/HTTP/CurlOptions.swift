internal import Ccurl
internal import EventCore
internal import Glibc

/// What is the same for every call: libcurl's options, the shared headers, and who may be connected to.
final class CurlOptions {
    /// Told of every socket that is opened or closed.
    let poller: CurlPoller
    /// Most bytes of a reply's headers and of its body.
    let replyBytesMax: Int
    /// Whether the target policy lets an address be connected to.
    let allows: (UnsafePointer<sockaddr>) -> Bool
    /// Header lines of every call; freed with this object.
    let headers: UnsafeMutablePointer<curl_slist>?

    private let settings: HTTPSettings

    /// The options that `settings` ask for.
    init(
        settings: HTTPSettings, contentType: StaticString, poller: CurlPoller,
        allows: @escaping (UnsafePointer<sockaddr>) -> Bool
    ) {
        self.settings = settings
        self.poller = poller
        self.allows = allows
        replyBytesMax = settings.replyBytesMax
        var list: UnsafeMutablePointer<curl_slist>?
        // `Expect:` and `Accept:` without value: libcurl sends neither. A body that waits for
        // "100 Continue" would cost a round trip.
        for line in ["Content-Type: \(contentType)", "Expect:", "Accept:"] {
            list = curl_slist_append(list, line) ?? list
        }
        headers = list
    }

    deinit {
        curl_slist_free_all(headers)
    }

    /// Sets all that stays the same from call to call; what went wrong, if anything.
    func apply(to easy: UnsafeMutableRawPointer) -> CURLcode {
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_NOSIGNAL, 1),
            (CURLOPT_POST, 1),
            (CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1)),
            (CURLOPT_FOLLOWLOCATION, 0),
            // The path is sent as the subscriber wrote it: `/a/../b` is no other spelling of `/b`.
            (CURLOPT_PATH_AS_IS, 1),
            (CURLOPT_SSL_VERIFYPEER, 1),
            (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2)),
            (CURLOPT_TCP_NODELAY, 1),
            (CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeoutMilliseconds),
            (CURLOPT_MAXLIFETIME_CONN, settings.connectionAgeMaxSeconds),
            // Without this, a call that times out during a lookup waits for the lookup's thread, and
            // every other call with it.
            (CURLOPT_QUICK_EXIT, 1),
            (CURLOPT_BUFFERSIZE, 4_096),
            (CURLOPT_CERTINFO, settings.witness == nil ? 0 : 1),
        ]
        let texts: [(CURLoption, String)] = [
            (CURLOPT_PROTOCOLS_STR, "http,https"),
            // Empty: no proxy, whatever the environment says.
            (CURLOPT_PROXY, ""),
            (CURLOPT_USERAGENT, settings.userAgent),
        ]
        var codes = numbers.map { carillon_curl_set_long(easy, $0, $1) }
        codes += texts.map { carillon_curl_set_text(easy, $0, $1) }
        if let file = settings.certificateAuthorityFile {
            codes.append(carillon_curl_set_text(easy, CURLOPT_CAINFO, file))
        }
        // Connections outlive the transfer that opened them, so closing is told to the poller.
        let context = Unmanaged.passUnretained(poller).toOpaque()
        codes.append(carillon_curl_on_close(easy, closesSocket, context))
        return codes.first { $0 != CURLE_OK } ?? CURLE_OK
    }
}

private let closesSocket: curl_closesocket_callback = { context, socket in
    if let context {
        Unmanaged<CurlPoller>.fromOpaque(context).takeUnretainedValue().closed(socket)
    }
    return close(socket)
}
