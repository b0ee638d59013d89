internal import Synchronization

/// One raise of one event: what every transport is handed. Immutable but for the payloads, each
/// formatted once by whoever needs it first.
public final class Occurrence: Sendable {
    /// Position among all raises of this process, from 1; taken under the core's lock, so it is their order.
    public let sequence: UInt64
    /// `EPOCH-SEQUENCE`: unique across restarts, see `OccurrenceID`.
    public let id: OccurrenceID
    /// The event's name.
    public let event: String
    /// Its values.
    public let params: Params
    /// Wall clock of the raise, milliseconds since 1970.
    public let time: Int64
    /// Boot clock of the raise, nanoseconds: how long its deliveries take is counted from here.
    public let boot: Int64
    /// What the client calls the request that raised it; nil where it sent nothing of that.
    public let trace: Trace?
    /// How many raises of a script led to this one: 0 for all that no event_route raised.
    public let depth: Int

    private let payloads = Lock(Payloads())

    private struct Payloads {
        /// By the format's raw value.
        var bytes = InlineArray<6, [UInt8]?>(repeating: nil)

        subscript(format: PayloadFormat) -> [UInt8]? {
            get { bytes[Int(format.rawValue)] }
            set { bytes[Int(format.rawValue)] = newValue }
        }
    }

    /// An occurrence with no payload formatted yet.
    public init(
        id: OccurrenceID, event: String, params: Params, time: Int64, boot: Int64 = 0,
        depth: Int = 0, trace: Trace? = nil
    ) {
        self.sequence = id.sequence
        self.id = id
        self.event = event
        self.params = params
        self.time = time
        self.boot = boot
        self.trace = trace
        self.depth = depth
    }

    /// Forgets what is formatted: whoever asks again gets the same bytes, formatted anew. Any thread.
    func forgetPayloads() {
        payloads.withLock { $0 = Payloads() }
    }

    /// The payload in `format`: formatted by `encode` at the first call, the same bytes ever after.
    /// Any thread; a second caller waits for the first.
    public func payload(_ format: PayloadFormat, encode: (Occurrence) -> [UInt8]) -> [UInt8] {
        payloads.withLock { known in
            if let bytes = known[format] { return bytes }
            let bytes = encode(self)
            known[format] = bytes
            return bytes
        }
    }
}

/// A way to write an occurrence down that several transports share.
public enum PayloadFormat: UInt8, Sendable, Hashable {
    /// The JSON-RPC notification of OpenSIPS 3 and 4.
    case json
    /// The classic lines of OpenSIPS 2.
    case lines
    /// Only the value of the `params` member, for calls whose method is the subscription's own.
    case jsonParams
    /// The params of an XML-RPC call, names left out.
    case xmlValues
    /// The params of an XML-RPC call, each with its name as OpenSIPS writes it.
    case xmlNamed
    /// The params of an XML-RPC call, each a struct of one member.
    case xmlStructs
}

/// The name of an occurrence: when this process began (so that restarts never repeat one) and its sequence number.
public struct OccurrenceID: Sendable, Hashable, CustomStringConvertible {
    /// Wall clock at the start of the process, milliseconds since 1970.
    public let epoch: Int64
    /// Position among the raises of that process, from 1.
    public let sequence: UInt64

    /// An id from its two parts.
    public init(epoch: Int64, sequence: UInt64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    /// Epoch in hexadecimal, `-`, sequence in decimal: `19c2e55aa10-42`.
    public var description: String {
        unsafe String(unsafeUninitializedCapacity: Self.textBytesMax) { memory in
            var output = unsafe OutputSpan(buffer: memory, initializedCount: 0)
            write(to: &output)
            return unsafe output.finalize(for: memory)
        }
    }

    /// Most bytes of `description`: a sign, 16 digits, `-`, 20 digits.
    public static let textBytesMax = 38

    /// Appends `description`, which is ASCII, without making a text of it.
    public func write(to output: inout OutputSpan<UInt8>) {
        output.append(epoch, radix: 16)
        output.append(UInt8(ascii: "-"))
        output.append(sequence, radix: 10)
    }
}
