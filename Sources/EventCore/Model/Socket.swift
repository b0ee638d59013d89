/// A subscriber's address as its transport parsed it: compact, because a million of them may be held.
///
/// A numeric `udp:` socket is wholly in `packed`; everything else shares a `SocketDetail`.
public struct Socket: Sendable {
    /// Which transport understands it: its place in the table of transports.
    public var transport: UInt8
    /// Bits of the transport's own. Part of the identity; the whole of it where `detail` is nil.
    public var packed: UInt64
    /// Options in the transport's own encoding. Not part of the identity: subscribing again replaces them.
    public var options: UInt16
    /// What does not fit into `packed`.
    public var detail: SocketDetail?

    /// A socket. `transport` is set by the core after parsing; a transport leaves it 0.
    public init(packed: UInt64, options: UInt16 = 0, detail: SocketDetail? = nil) {
        self.transport = 0
        self.packed = packed
        self.options = options
        self.detail = detail
    }

    /// Whether nothing differs, options and secrets included.
    func isSame(as other: Socket) -> Bool {
        sameIdentity(as: other) && options == other.options
            && (detail === other.detail || detail?.secretText == other.detail?.secretText)
    }

    /// Whether both name the same subscriber: what OpenSIPS calls match, done exactly, never by prefix.
    public func sameIdentity(as other: Socket) -> Bool {
        transport == other.transport && packed == other.packed
            && detail?.identity == other.detail?.identity
    }
}

/// The part of a socket that needs memory of its own.
public final class SocketDetail: Sendable {
    /// What makes two sockets the same subscriber; without options and secrets.
    public let identity: String
    /// The canonical socket with options, as it may be shown: pasted back it means the same; secrets are masked.
    public let text: String
    /// The canonical socket with options and secrets: what the store keeps. Equal to `text` without secrets.
    public let secretText: String
    /// The text was one with a masked secret, as listings show it: it names a subscriber that exists, and
    /// can neither make one nor change one's options and secrets.
    public let isMasked: Bool
    /// What the transport needs to send; only that transport looks into it.
    public let target: any AnyObject & Sendable

    /// A detail; `secretText` nil where nothing is secret.
    public init(
        identity: String, text: String, secretText: String? = nil, isMasked: Bool = false,
        target: any AnyObject & Sendable
    ) {
        self.identity = identity
        self.text = text
        self.secretText = secretText ?? text
        self.isMasked = isMasked
        self.target = target
    }
}

/// A socket's text taken apart, before a transport looks at it: `scheme:rest#option=value&option=value`.
/// A bare `/path` is `unix:/path`.
public struct SocketText: Sendable, Equatable {
    /// The word before the first `:`; lower case, compared exactly.
    public var scheme: String
    /// All between that `:` and the first `#`.
    public var rest: String
    /// The options after `#`, in order; empty without `#`.
    public var options: [Option]

    /// One `name=value` after the `#`.
    public struct Option: Sendable, Equatable {
        /// The word before `=`.
        public var name: String
        /// All after the first `=`.
        public var value: String
    }

    /// Most bytes a socket may have on any surface.
    public static let bytesMax = 2_048
}

/// Why a text is no socket. The sentence says what was expected and never repeats a secret.
public struct SocketError: Error, Equatable, Sendable {
    /// What kind of fault it is.
    public enum Reason: Sendable, Equatable {
        /// No transport has this scheme.
        case unknownScheme
        /// The text breaks the scheme's grammar.
        case malformed
        /// An option is unknown, twice there, or has a bad value.
        case badOption
        /// The grammar is kept, but such an address never receives (multicast, broadcast, 0.0.0.0, link-local).
        case unusableAddress
        /// The setting `target-policy` refuses this literal address.
        case forbidden
    }
    /// What kind of fault it is.
    public let reason: Reason
    /// One sentence for people: what was expected.
    public let message: String

    /// An error with its sentence.
    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
