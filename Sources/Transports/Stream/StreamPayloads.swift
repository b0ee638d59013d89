internal import EventCore
internal import WireFormats

/// The calls of one occurrence, each written once however many subscribers get it; but a request
/// has a number of its own.
struct StreamPayloads {
    private let occurrence: Occurrence
    private let numbers: RequestNumbers
    private var known: [Kind: [UInt8]] = [:]
    /// The call by the event's name.
    private var plain: [UInt8]?

    private struct Kind: Hashable {
        var method: String?
        var form: StreamTarget.Form
    }

    /// No call written yet; requests get their numbers from `numbers`.
    init(_ occurrence: Occurrence, numbers: RequestNumbers) {
        self.occurrence = occurrence
        self.numbers = numbers
    }

    /// The call for `target`, without framing.
    mutating func payload(for target: StreamTarget) -> [UInt8] {
        switch (target.mode, target.form) {
        case (.request, _):
            let id = NotificationFormat.CallID.number(numbers.next())
            return NotificationFormat.json(notification(target.method), id: id)
        case (.notification, .openSIPS2): return marked(target.method)
        case (.notification, .openSIPS4): return notification(target.method)
        }
    }

    private mutating func notification(_ method: String?) -> [UInt8] {
        guard let method else {
            if let plain { return plain }
            let bytes = occurrence.payload(.json) { NotificationFormat.json($0) }
            plain = bytes
            return bytes
        }
        let kind = Kind(method: method, form: .openSIPS4)
        if let bytes = known[kind] { return bytes }
        let bytes = NotificationFormat.json(method: method, params: occurrence.params)
        known[kind] = bytes
        return bytes
    }

    private mutating func marked(_ method: String?) -> [UInt8] {
        let kind = Kind(method: method, form: .openSIPS2)
        if let bytes = known[kind] { return bytes }
        let bytes = NotificationFormat.json(notification(method), id: .null)
        known[kind] = bytes
        return bytes
    }
}
