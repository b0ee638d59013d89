internal import Glibc
internal import Net
internal import WireFormats

/// The sentences in which operators read what happened at a receiver.
struct StreamWords {
    /// Who it is, as in its sockets: `127.0.0.1:5000`.
    let peer: String

    /// Connecting failed with this error.
    func connect(_ error: Int32) -> String {
        error == ECONNREFUSED
            ? "connection refused by \(peer)" : "no connection to \(peer): \(Self.words(error))"
    }

    /// Connecting took too long.
    func connect(withinMilliseconds time: Int) -> String {
        "no connection to \(peer) within \(Self.time(time))"
    }

    /// The name has no address.
    var unresolved: String { "no address for \(peer)" }

    /// The target policy refused each address.
    var forbidden: String { "the target policy allows no address of \(peer)" }

    /// Too many connections, or too many attempts.
    var noRoom: String { "no room for a connection to \(peer)" }

    /// The peer ended the connection.
    var closed: String { "connection closed by \(peer)" }

    /// The connection broke with this error.
    func broken(_ error: Int32) -> String {
        error == ECONNRESET || error == EPIPE
            ? "connection reset by \(peer)"
            : "connection to \(peer) lost: \(Self.words(error))"
    }

    /// The peer took no byte.
    func stalled(forMilliseconds time: Int) -> String {
        "\(peer) took no byte for \(Self.time(time))"
    }

    /// No reply came.
    func noReply(withinMilliseconds time: Int) -> String {
        "no reply from \(peer) within \(Self.time(time))"
    }

    /// The peer's answer is no JSON-RPC.
    func unreadable(_ expectation: String) -> String { "reply of \(peer): \(expectation)" }

    /// The peer answered a call with an error object.
    func error(_ code: Int64, _ message: String) -> String {
        "error \(code) from \(peer): \(PeerText.line(message))"
    }

    private static func words(_ error: Int32) -> String { SystemError("", error).words }

    private static func time(_ milliseconds: Int) -> String {
        milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000) s" : "\(milliseconds) ms"
    }
}
