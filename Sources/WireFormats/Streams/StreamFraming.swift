/// How one message ends and the next begins on a TCP stream of JSON. The raw value is its name in
/// sockets.
public enum StreamFraming: String, Sendable, Hashable, CaseIterable {
    /// Back to back: an object's closing brace is its end. What OpenSIPS does.
    case none
    /// A line feed behind each message, which never has one inside (NDJSON).
    case newline
    /// `37:{…},`: the length in decimal, a colon, the message, a comma (D. J. Bernstein,
    /// Netstrings, 1997).
    case netstring
}
