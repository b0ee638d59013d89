internal import Ccurl
internal import EventCore
internal import Glibc

/// What a finished call means for its delivery.
enum RPCVerdict: Equatable {
    /// The delivery has ended.
    case ended(Outcome)
    /// The attempt failed in a way that may pass. `retryAfterSeconds`: what the receiver asked for.
    case tryAgain(FailureReason, retryAfterSeconds: Int? = nil)

    /// Judges a call. `isResult` tells whether the reply is a JSON-RPC result with the call's id; it is asked
    /// only in mode `request`.
    ///
    /// | seen | verdict |
    /// |---|---|
    /// | nothing sent: no address, refused, no connection, no time left | try again |
    /// | nothing sent: refused by the target policy, certificate not verified | failed |
    /// | sent, no complete header section came back | failed: sent again it might arrive twice |
    /// | 429, 502, 503, 504 | try again, after `Retry-After` |
    /// | any other status but 2xx, redirects included (never followed) | failed(status) |
    /// | 2xx, notification | delivered, whatever becomes of the body |
    /// | 2xx, request | delivered if the reply is the result, else failed(reply) |
    static func judge(
        _ exchange: HTTPExchange, mode: RPCTarget.Mode, isResult: () -> Bool
    ) -> RPCVerdict {
        guard exchange.requests > 0 else { return judgeUnsent(exchange) }
        guard exchange.isHeaderComplete, exchange.status >= 200 else {
            return .ended(.failed(exchange.isReplyCut ? .reply : reason(of: exchange)))
        }
        switch exchange.status {
        case 200...299 where mode == .notification: return .ended(.delivered)
        case 200...299:
            if exchange.code == CURLE_OK {
                return .ended(isResult() ? .delivered : .failed(.reply))
            }
            return .ended(.failed(exchange.isReplyCut ? .reply : reason(of: exchange)))
        case 429, 502, 503, 504:
            return .tryAgain(.status, retryAfterSeconds: exchange.retryAfterSeconds)
        default: return .ended(.failed(.status))
        }
    }

    /// Nothing was sent, so nothing can arrive twice: only what will not pass by itself is not tried again.
    private static func judgeUnsent(_ exchange: HTTPExchange) -> RPCVerdict {
        let reason = reason(of: exchange)
        return switch reason {
        case .forbidden, .tls: .ended(.failed(reason))
        default: .tryAgain(reason)
        }
    }

    private static func reason(of exchange: HTTPExchange) -> FailureReason {
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
}
