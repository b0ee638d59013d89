internal import EventCore
internal import WireFormats

/// The bodies of one occurrence's calls, each written once however many subscribers get it.
///
///     {"jsonrpc":"2.0","method":"E_X","params":{…}}                          notification
///     {"jsonrpc":"2.0","method":"E_X","params":{…},"id":"19c2e55aa10-42"}    request
///
/// `params` is left out when there are none, as OpenSIPS does. A notification of the event's own name is
/// byte for byte the datagram of OpenSIPS 4.
struct RPCBodies {
    private let occurrence: Occurrence
    private var composed: [Kind: [UInt8]] = [:]

    private struct Kind: Hashable {
        var method: String?
        var mode: CallMode
    }

    /// No body written yet.
    init(_ occurrence: Occurrence) {
        self.occurrence = occurrence
    }

    /// The body that calls `target`.
    mutating func body(for target: RPCTarget) -> [UInt8] {
        if target.method == nil, target.mode == .notification {
            return occurrence.payload(.json) { NotificationFormat.json($0) }
        }
        let kind = Kind(method: target.method, mode: target.mode)
        if let known = composed[kind] { return known }
        let body = compose(method: target.method ?? occurrence.event, mode: target.mode)
        composed[kind] = body
        return body
    }

    private func compose(method: String, mode: CallMode) -> [UInt8] {
        let params = occurrence.payload(.jsonParams) { NotificationFormat.jsonParams($0) }
        var body: [UInt8] = []
        body.reserveCapacity(params.count + method.utf8.count + 96)
        body.append(ascii: #"{"jsonrpc":"2.0","method":"#)
        body.append(jsonString: method)
        if !params.isEmpty {
            body.append(ascii: #","params":"#)
            body.append(contentsOf: params)
        }
        if mode == .request {
            body.append(ascii: #","id":""#)
            body.append(contentsOf: occurrence.id.description.utf8)
            body.append(UInt8(ascii: "\""))
        }
        body.append(UInt8(ascii: "}"))
        return body
    }
}
