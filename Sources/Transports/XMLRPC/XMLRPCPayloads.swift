internal import EventCore
internal import WireFormats

/// The calls of one occurrence, each written once however many subscribers get it.
struct XMLRPCPayloads {
    private let occurrence: Occurrence
    private var known: [Kind: [UInt8]] = [:]

    private struct Kind: Hashable {
        var method: String
        var layout: XMLRPCCall.Layout
    }

    /// No call written yet.
    init(_ occurrence: Occurrence) {
        self.occurrence = occurrence
    }

    /// The call for `target`.
    mutating func payload(for target: XMLRPCTarget) -> [UInt8] {
        let kind = Kind(method: target.method, layout: target.layout)
        if let bytes = known[kind] { return bytes }
        let layout = target.layout
        let params = occurrence.payload(format(layout)) {
            XMLRPCCall.params($0, layout: layout)
        }
        let bytes = XMLRPCCall.call(target.method, params: params)
        known[kind] = bytes
        return bytes
    }

    private func format(_ layout: XMLRPCCall.Layout) -> PayloadFormat {
        switch layout {
        case .values: .xmlValues
        case .named: .xmlNamed
        case .struct: .xmlStructs
        }
    }
}
