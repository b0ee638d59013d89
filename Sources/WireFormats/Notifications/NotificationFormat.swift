public import EventCore

/// The payloads that several transports share, byte for byte what OpenSIPS sends (without its bugs).
public enum NotificationFormat {
    /// The JSON-RPC notification of OpenSIPS 4: `{"jsonrpc":"2.0","method":"E_X","params":{…}}`, compact, no newline.
    public static func json(_ occurrence: Occurrence) -> [UInt8] {
        preconditionFailure("in the making")
    }

    /// Only the value of `params`: an object for named, an array for bare values; empty for none.
    public static func jsonParams(_ occurrence: Occurrence) -> [UInt8] {
        preconditionFailure("in the making")
    }

    /// The classic lines of OpenSIPS 2.4.
    public static func lines(_ occurrence: Occurrence) -> [UInt8] {
        preconditionFailure("in the making")
    }
}
