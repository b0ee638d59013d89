internal import EventCore
internal import Glibc

/// What an observation means: a pure function, from what was seen to a code with a sentence.
enum Diagnosis {
    /// An answer that takes longer is a warning.
    static let slowMicroseconds: Int64 = 1_000_000
    /// A certificate that ends within so many days is a warning.
    static let daysLeftMin: Int64 = 14

    /// The finding.
    static func finding(_ seen: ProbeObservation) -> ProbeFinding {
        let (code, message) = judge(seen)
        return finding(code, message)
    }

    /// A finding of this code.
    static func finding(
        _ code: ProbeCode, _ message: String, verdict: ProbeFinding.Verdict? = nil
    ) -> ProbeFinding {
        ProbeFinding(
            verdict: verdict ?? code.verdict, code: code.rawValue, message: sentence(message),
            remedy: code.remedy)
    }

    private typealias Judgement = (code: ProbeCode, message: String)

    private static func judge(_ seen: ProbeObservation) -> Judgement {
        // Whoever is blocked says nothing else, for hours.
        if let words = seen.facts.blocked {
            return (.blocked, "the broker takes no messages: \(words)")
        }
        switch seen.outcome {
        case nil, .pending: return (.timeout, "nothing came back in the test's time")
        case .delivered: return delivered(seen)
        case .dropped: return (.failed, "the test was given up before anything was sent")
        case .failed(let reason):
            return specific(seen) ?? general(reason, seen)
        }
    }

    private static func delivered(_ seen: ProbeObservation) -> Judgement {
        if let end = seen.facts.certificateEnd {
            let days = (end - seen.now) / 86_400_000
            if days < daysLeftMin {
                return (
                    .tlsExpiresSoon,
                    "the message arrived, but the certificate ends in \(days) day\(days == 1 ? "" : "s")"
                )
            }
        }
        if seen.microseconds > slowMicroseconds {
            let milliseconds = seen.microseconds / 1_000
            return (.slow, "the message arrived, but the answer took \(milliseconds) ms")
        }
        switch seen.kind {
        case .udp:
            return (
                .sentUnconfirmed,
                "the datagram was sent and nobody refused it; UDP confirms nothing more"
            )
        case .unix: return (.ok, "the datagram is in the receiver's buffer")
        case .file: return (.ok, "the line is in the file")
        case .http: return (.ok, "the receiver took the message")
        case .stream: return (.ok, "the receiver's machine took the message")
        case .route: return (.ok, "the route ran and returned no failure")
        case .broker: return (.ok, "the broker took the message, and has a queue for it")
        }
    }

    // MARK: What the receiver or the system said

    private static func specific(_ seen: ProbeObservation) -> Judgement? {
        if let tls = seen.facts.tls { return judge(tls) }
        switch seen.answer {
        case .http(let status) where !(200...299).contains(status): return judge(status, seen)
        case .amqp(let said): return judge(said, seen)
        case .system(let errno): return judge(errno: errno, seen)
        case .http, .route, .none: return nil
        }
    }

    private static func judge(_ trouble: TLSTrouble) -> Judgement {
        switch trouble {
        case .untrusted(let words):
            (.tlsUntrusted, "the certificate is not trusted: \(words)")
        case .expired: (.tlsExpired, "the certificate has expired")
        case .wrongName: (.tlsWrongName, "the certificate is for another host")
        case .failed(let words): (.tlsFailed, "no TLS came about: \(words)")
        }
    }

    private static func judge(_ status: Int, _ seen: ProbeObservation) -> Judgement {
        switch status {
        case 401, 403: return (.unauthorized, "the receiver answered \(status)")
        case 300...399:
            let target = seen.facts.redirect.map { ": it leads to \($0)" } ?? ""
            return (.redirect, "the receiver answered \(status)\(target)")
        case 410:
            return (.httpStatus, "the receiver answered 410: a delivery would end the subscription")
        default: return (.httpStatus, "the receiver answered \(status)")
        }
    }

    private static func judge(_ said: String, _ seen: ProbeObservation) -> Judgement? {
        let words = seen.words ?? said
        switch said.prefix(3) {
        case "312": return (.unroutable, words)
        case "403": return (.accessRefused, words)
        case "404": return (.noSuchExchange, words)
        // RabbitMQ: `vhost nope not found`, `access to vhost 'other' refused for user 'bob'`.
        case "530":
            return (words.contains("not found") ? .noSuchVirtualHost : .accessRefused, words)
        case "nac": return (.rejected, words)
        default: return nil
        }
    }

    private static func judge(errno: Int32, _ seen: ProbeObservation) -> Judgement? {
        let words = seen.words ?? String(cString: strerror(errno))
        switch errno {
        case ECONNREFUSED: return refused(seen, words)
        case EHOSTUNREACH, ENETUNREACH, ENETDOWN, EHOSTDOWN, EADDRNOTAVAIL, EAFNOSUPPORT:
            return (.noRoute, words)
        case ETIMEDOUT: return (.timeout, words)
        case ENOENT: return (.pathMissing, words)
        case EACCES, EPERM, EROFS: return (.pathNotPermitted, words)
        case ENOTDIR, ELOOP, ENOTSOCK, EPROTOTYPE, EISDIR, ENXIO, EINVAL:
            return (.pathWrongKind, words)
        case ENOSPC, EDQUOT, EFBIG: return (.diskFull, words)
        case EAGAIN, ENOBUFS: return (.bufferFull, "the receiver's buffer is full")
        case EMSGSIZE: return (.tooLarge, words)
        case ECONNRESET, EPIPE, ECONNABORTED: return (.connectionLost, words)
        default: return nil
        }
    }

    private static func refused(_ seen: ProbeObservation, _ words: String) -> Judgement {
        switch seen.kind {
        case .udp: (.portUnreachable, "the port is unreachable: nobody listens there")
        case .unix: (.nobodyListening, "the socket is there, and nobody has it open")
        case .file, .http, .stream, .broker, .route: (.portUnreachable, words)
        }
    }

    // MARK: What the transport made of it

    private static func general(_ reason: FailureReason, _ seen: ProbeObservation) -> Judgement {
        func say(_ code: ProbeCode, _ otherwise: String) -> Judgement {
            (code, seen.words ?? otherwise)
        }
        switch reason {
        case .refused: return say(.portUnreachable, "the connection was refused")
        case .noSuchPath: return say(.pathMissing, "the path does not exist")
        case .full: return say(.bufferFull, "the receiver's buffer is full")
        case .tooLarge: return say(.tooLarge, "the message is too large for a datagram")
        case .unresolved: return say(.nameUnresolved, "the host's name has no address")
        case .forbidden:
            return say(.addressForbidden, "the target policy allows no address of the host")
        case .timeout: return say(.timeout, "nothing came back in time")
        case .connect: return say(.connectionLost, "the connection was lost")
        case .tls: return say(.tlsFailed, "no TLS came about")
        case .status: return say(.httpStatus, "the receiver's answer was no 2xx")
        case .reply: return say(.replyInvalid, "the receiver's answer was no result")
        case .unroutable: return say(.unroutable, "no queue takes the message")
        case .rejected: return say(.rejected, "the broker did not take the message")
        case .route: return say(.routeFailed, "the route failed")
        case .unencodable, .system: return say(.failed, "the system refused: \(reason.rawValue)")
        }
    }

    /// With a capital at the beginning, where it begins with a word and not with a host, and a full stop at the end.
    private static func sentence(_ words: String) -> String {
        guard let first = words.first else { return words }
        let isWord = words.prefix { $0 != " " }.allSatisfy(\.isLetter)
        let text = (isWord ? first.uppercased() : String(first)) + words.dropFirst()
        return text.hasSuffix(".") ? text : text + "."
    }
}
