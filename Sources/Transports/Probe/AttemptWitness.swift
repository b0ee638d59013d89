internal import EventCore
internal import Synchronization

/// Told by a courier what it sees of an attempt beside the verdict; only where somebody tests a subscriber. Any thread.
public final class AttemptWitness: Sendable, Equatable {
    /// What was seen.
    struct Facts: Sendable, Equatable {
        /// What is wrong with the TLS of the receiver.
        var tls: TLSTrouble?
        /// When its certificate ends, milliseconds since 1970.
        var certificateEnd: Int64?
        /// Where it said that it has moved to; fit to be shown.
        var redirect: String?
        /// The broker's words for taking no messages.
        var blocked: String?
    }

    private struct State {
        var facts = Facts()
        var onBlocked: (@Sendable () -> Void)?
    }

    private let state = Lock(State())

    /// One that has seen nothing.
    init() {}

    /// All that was seen.
    var facts: Facts { state.withLock { $0.facts } }

    /// Writes down what is seen.
    func see(_ change: (inout Facts) -> Void) {
        let onBlocked = state.withLock { state -> (@Sendable () -> Void)? in
            change(&state.facts)
            return state.facts.blocked == nil ? nil : state.onBlocked
        }
        onBlocked?()
    }

    /// Who is told that a broker takes no messages: it may do so for hours.
    func onBlocked(_ body: @escaping @Sendable () -> Void) {
        state.withLock { $0.onBlocked = body }
    }

    /// Whether both are one.
    public static func == (left: AttemptWitness, right: AttemptWitness) -> Bool { left === right }
}

/// What is wrong with a receiver's TLS.
enum TLSTrouble: Sendable, Equatable {
    /// No authority that is known signed its certificate; with the words of the library.
    case untrusted(String)
    /// Its certificate has ended.
    case expired
    /// Its certificate is for another name.
    case wrongName
    /// Anything else: an old version, no TLS at all.
    case failed(String)
}

extension TLSTrouble {
    /// What a code of OpenSSL's verification means (X509_V_ERR_…); nil for 0, nothing is wrong.
    init?(verifyResult code: Int) {
        switch code {
        case 0: return nil
        case 10: self = .expired
        case 18, 19: self = .untrusted("it is its own authority, which is not known here")
        case 2, 20, 21: self = .untrusted("its authority is not known here")
        case 9: self = .untrusted("it is not valid yet")
        case 23: self = .untrusted("it has been revoked")
        // A host, an address of mail, an IP address.
        case 62, 63, 64: self = .wrongName
        default: self = .untrusted("OpenSSL says \(code)")
        }
    }
}
