internal import EventCore
internal import WireFormats

/// An occurrence's payloads as far as they have been needed, so that its lock is taken once and not
/// per target.
struct DatagramPayloads {
    let occurrence: Occurrence
    private var json: [UInt8]?
    private var lines: [UInt8]?

    init(_ occurrence: Occurrence) {
        self.occurrence = occurrence
    }

    /// The payload in `format`; formatted by whoever needs it first.
    subscript(format: DatagramFormat) -> [UInt8] {
        mutating get {
            switch format {
            case .json:
                if let json { return json }
                let payload = occurrence.payload(.json, encode: NotificationFormat.json)
                json = payload
                return payload
            case .lines:
                if let lines { return lines }
                let payload = occurrence.payload(.lines, encode: NotificationFormat.lines)
                lines = payload
                return payload
            }
        }
    }
}
