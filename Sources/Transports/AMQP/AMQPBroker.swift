internal import EventCore

/// A broker as one user sees it: what a connection is made to. Subscriptions with an equal one
/// share it.
struct AMQPBroker: Sendable, Hashable {
    /// Where it listens; the host in the case it was given.
    var address: HostPort
    /// Whether it is spoken to through TLS, its certificate verified.
    var isSecure: Bool
    /// The user's name, as bytes of any encoding; 1 to 255.
    var user: [UInt8]
    /// The password; 1 to 255 bytes.
    var password: Secret
    /// The virtual host; 1 to 255 bytes.
    var virtualHost: [UInt8]

    /// What OpenSIPS and RabbitMQ use where a socket says nothing.
    static let defaultUser = Array("guest".utf8)
    /// See `defaultUser`.
    static let defaultVirtualHost = Array("/".utf8)
    /// Without TLS (IANA: amqp).
    static let port: UInt16 = 5_672
    /// With TLS (IANA: amqps).
    static let securePort: UInt16 = 5_671
}

/// Bytes that are shown nowhere: neither its description nor its mirror has them.
struct Secret: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// The bytes themselves.
    let bytes: [UInt8]

    /// What tells it from others in this process, and tells nobody what it is: eight digits of a
    /// hash with a key that the process made up (SipHash).
    var mark: String {
        let digits = String(UInt32(truncatingIfNeeded: hashValue), radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    var description: String { "***" }
    var customMirror: Mirror { Mirror(self, children: []) }

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }
}
