internal import Ccurl
internal import EventCore
internal import Glibc

/// What a finished call means for its deliveries, as far as its status tells.
///
/// | seen | verdict |
/// |---|---|
/// | nothing sent: no address, refused, no connection, no time left | try again |
/// | nothing sent: refused by the target policy, certificate not verified | failed |
/// | sent, no complete header section came back | failed: sent again it might arrive twice |
/// | 429, 502, 503, 504 | try again, after `Retry-After` |
/// | 410 | failed(status), and the subscription ends |
/// | any other status but 2xx, redirects included (never followed) | failed(status) |
/// | 2xx, and the reply does not matter | delivered, whatever becomes of the body |
/// | 2xx, and the reply decides | what is in it; failed(reply) where it was cut |
struct HTTPVerdict {
    private let exchange: HTTPExchange
    /// `host:port`, for words.
    private let authority: String

    /// A judge of one call.
    init(_ exchange: HTTPExchange, authority: String) {
        self.exchange = exchange
        self.authority = authority
    }

    /// The verdict. With `readsReply` a 2xx is taken for one whose reply did not arrive whole.
    func verdict(readsReply: Bool) -> Verdict {
        guard exchange.requests > 0 else { return unsent() }
        guard exchange.isHeaderComplete, exchange.status >= 200 else { return cut() }
        switch exchange.status {
        case 200...299: return readsReply ? cut() : .delivered
        case 429, 502, 503, 504:
            return .tryAgain(
                .status, retryAfterSeconds: exchange.retryAfterSeconds, words: answered)
        case 410: return .gone(words: answered)
        default: return .ended(.failed(.status), words: answered)
        }
    }

    private var answered: String { "\(authority) answered \(exchange.status)" }

    /// What came back is no whole answer.
    private func cut() -> Verdict {
        let reason: FailureReason = exchange.isReplyCut ? .reply : reason
        return .ended(.failed(reason), words: words(reason))
    }

    /// Nothing was sent, so nothing can arrive twice: only what will not pass by itself is not tried again.
    private func unsent() -> Verdict {
        switch reason {
        case .forbidden, .tls: .ended(.failed(reason), words: words(reason))
        default: .tryAgain(reason, words: words(reason))
        }
    }

    private var reason: FailureReason {
        switch exchange.code {
        case CURLE_COULDNT_RESOLVE_HOST: .unresolved
        case CURLE_COULDNT_CONNECT:
            if exchange.triedAddresses == 0, exchange.refusedAddresses > 0 {
                .forbidden
            } else if exchange.socketError != 0 {
                .system
            } else {
                exchange.systemError == ECONNREFUSED ? .refused : .connect
            }
        case CURLE_OPERATION_TIMEDOUT: .timeout
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR,
            CURLE_SSL_CRL_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_SSL_CONNECT_ERROR, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_GOT_NOTHING,
            CURLE_PARTIAL_FILE, CURLE_ABORTED_BY_CALLBACK:
            .connect
        case CURLE_WEIRD_SERVER_REPLY, CURLE_UNSUPPORTED_PROTOCOL, CURLE_WRITE_ERROR,
            CURLE_BAD_CONTENT_ENCODING:
            .reply
        default: .system
        }
    }

    private func words(_ reason: FailureReason) -> String {
        let wasSent = exchange.requests > 0
        return switch reason {
        case .refused: "connection refused by \(authority)"
        case .unresolved: "no address is known for \(authority)"
        case .forbidden: "the target policy refuses every address of \(authority)"
        case .timeout where wasSent: "no answer from \(authority) in time"
        case .timeout: "no connection to \(authority) in time"
        case .connect where wasSent: "\(authority) closed the connection without an answer"
        case .tls: "the certificate of \(authority) cannot be verified: \(curlWords)"
        case .reply where exchange.isReplyCut: "\(authority) answered too much"
        case .reply: "\(authority) answered something that is no HTTP"
        default: "no connection to \(authority): \(curlWords)"
        }
    }

    /// libcurl's words for its code; none of the peer's.
    private var curlWords: String { String(cString: curl_easy_strerror(exchange.code)) }
}
