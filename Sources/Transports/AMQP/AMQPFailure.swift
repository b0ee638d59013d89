internal import Crabbitmq
internal import EventCore
internal import Glibc

/// Why a connection could not be made, or was lost.
struct AMQPFailure: Error, Equatable {
    /// Its kind.
    var reason: FailureReason
    /// One sentence for operators, without secrets.
    var words: String
    /// What came back, for receipts.
    var answer: AttemptFacts.Answer
    /// What is wrong with the TLS of the peer, where that is it.
    var tls: TLSTrouble?

    /// A failure from its parts.
    init(_ reason: FailureReason, _ words: String, answer: AttemptFacts.Answer = .none) {
        self.reason = reason
        self.words = words
        self.answer = answer
    }

    /// What the library's `status` means for the connection with `peer`.
    init(status: Int32, peer: String) {
        switch amqp_status_enum(rawValue: status) {
        case AMQP_STATUS_TIMEOUT:
            self.init(.timeout, "no answer from \(peer) in time")
        case AMQP_STATUS_HEARTBEAT_TIMEOUT:
            self.init(.timeout, "no sign of life from \(peer)")
        case AMQP_STATUS_CONNECTION_CLOSED, AMQP_STATUS_SOCKET_ERROR, AMQP_STATUS_SOCKET_CLOSED,
            AMQP_STATUS_TCP_ERROR:
            self.init(.connect, "connection closed by \(peer)")
        case AMQP_STATUS_BAD_AMQP_DATA, AMQP_STATUS_UNKNOWN_CLASS, AMQP_STATUS_UNKNOWN_METHOD,
            AMQP_STATUS_WRONG_METHOD, AMQP_STATUS_INCOMPATIBLE_AMQP_VERSION:
            self.init(.reply, "\(peer) does not speak AMQP 0-9-1")
        case AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD:
            self.init(.rejected, "\(peer) takes no login with user and password")
        case AMQP_STATUS_SSL_PEER_VERIFY_FAILED, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED:
            self.init(.tls, "the certificate of \(peer) is not trusted, or not for this name")
        case AMQP_STATUS_SSL_ERROR, AMQP_STATUS_SSL_CONNECTION_FAILED:
            self.init(.tls, "TLS with \(peer) failed")
        default:
            self.init(.system, "\(peer): " + String(cString: amqp_error_string2(status)))
        }
    }

    /// What a failed system call means for a connection to `peer`.
    init(errno: Int32, peer: String) {
        switch errno {
        case ECONNREFUSED:
            self.init(.refused, "connection refused by \(peer)", answer: .system(errno))
        case ETIMEDOUT:
            self.init(.timeout, "no answer from \(peer) in time", answer: .system(errno))
        default:
            let words = String(cString: strerror(errno))
            self.init(.connect, "\(peer): \(words)", answer: .system(errno))
        }
    }
}

/// Words that a broker sent, made fit to be shown.
enum AMQPWords {
    /// `PeerText.line` of them; the password, should they repeat it, is masked.
    static func shown(_ bytes: [UInt8], hiding password: Secret) -> String {
        var kept = bytes
        let secret = password.bytes
        var place = 0
        // A password of a letter or two is in every sentence: hiding it there would tell it.
        while secret.count > 3, place + secret.count <= kept.count {
            if kept[place..<(place + secret.count)].elementsEqual(secret) {
                kept.replaceSubrange(place..<(place + secret.count), with: Array("***".utf8))
            }
            place += 1
        }
        return PeerText.line(String(decoding: kept, as: UTF8.self))
    }
}
