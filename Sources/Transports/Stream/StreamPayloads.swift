internal import EventCore
internal import WireFormats

/// The calls of one occurrence, each written once however many subscribers get it; but a request
/// has a number of its own.
struct StreamPayloads {
    private let occurrence: Occurrence
    private let numbers: RequestNumbers
    private var known: [Kind: SharedPayload] = [:]
    /// The call by the event's name.
    private var plain: SharedPayload?

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
    mutating func payload(for target: StreamTarget) -> SharedPayload {
        switch (target.mode, target.form) {
        case (.request, _):
            let id = NotificationFormat.CallID.number(numbers.next())
            return shared(NotificationFormat.json(notification(target.method).bytes, id: id))
        case (.notification, .openSIPS2): return marked(target.method)
        case (.notification, .openSIPS4): return notification(target.method)
        }
    }

    private mutating func notification(_ method: String?) -> SharedPayload {
        guard let method else {
            if let plain { return plain }
            let call = shared(occurrence.payload(.json) { NotificationFormat.json($0) })
            plain = call
            return call
        }
        let kind = Kind(method: method, form: .openSIPS4)
        if let call = known[kind] { return call }
        let call = shared(NotificationFormat.json(method: method, params: occurrence.params))
        known[kind] = call
        return call
    }

    private mutating func marked(_ method: String?) -> SharedPayload {
        let kind = Kind(method: method, form: .openSIPS2)
        if let call = known[kind] { return call }
        let call = shared(NotificationFormat.json(notification(method).bytes, id: .null))
        known[kind] = call
        return call
    }

    private func shared(_ bytes: [UInt8]) -> SharedPayload { SharedPayload(occurrence, bytes) }
}
