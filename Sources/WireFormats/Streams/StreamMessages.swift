/// JSON-RPC calls as they go out on a TCP stream.
///
///     {"id":null,"jsonrpc":"2.0","method":"E_X","params":{…}}      OpenSIPS 2.4, notification
///     {"jsonrpc":"2.0","method":"E_X","params":{…}}                OpenSIPS 4, notification
///     {"id":96249342,"jsonrpc":"2.0","method":"E_X","params":{…}}  both, request
///
/// So every form is the notification of `json(_:)` behind another beginning.
extension NotificationFormat {
    /// What stands first in a call.
    public enum CallID: Sendable, Hashable {
        /// `"id":null`, with which OpenSIPS 2.4 marks a notification.
        case null
        /// A request's number.
        case number(Int64)
    }

    /// A notification that `json(_:)` wrote, with an id before its first member.
    public static func json(_ notification: [UInt8], id: CallID) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(notification.count + 32)
        bytes.append(ascii: idMark)
        switch id {
        case .null: bytes.append(ascii: "null")
        case .number(let number): bytes.append(decimal: number)
        }
        bytes.append(UInt8(ascii: ","))
        bytes.append(contentsOf: notification.dropFirst())
        return bytes
    }

    /// The number that `json(_:id:)` has put into a call; nil for a notification. Not negative.
    public static func idNumber(of call: [UInt8]) -> Int64? {
        var place = idMark.utf8CodeUnitCount
        var number: Int64?
        guard call.count > place, call[2] == UInt8(ascii: "i") else { return nil }
        while place < call.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= call[place] {
            number = (number ?? 0) * 10 + Int64(call[place] - UInt8(ascii: "0"))
            place += 1
        }
        return number
    }

    private static var idMark: StaticString { #"{"id":"# }
}

/// Messages with their framing.
extension [UInt8] {
    /// Appends one call.
    public mutating func append(message call: [UInt8], framing: StreamFraming) {
        beginMessage(call.count, framing)
        // Borrowed: `append(contentsOf: call)` would count a reference that other threads count too.
        unsafe call.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
        endMessage(framing)
    }

    /// Appends several calls as a batch: one array, in order (JSON-RPC 2.0 §6). At least one.
    public mutating func append(batch calls: [[UInt8]], framing: StreamFraming) {
        beginMessage(calls.reduce(1) { $0 + $1.count + 1 }, framing)
        var mark = UInt8(ascii: "[")
        for call in calls {
            append(mark)
            append(contentsOf: call)
            mark = UInt8(ascii: ",")
        }
        append(UInt8(ascii: "]"))
        endMessage(framing)
    }

    private mutating func beginMessage(_ count: Int, _ framing: StreamFraming) {
        guard framing == .netstring else { return }
        append(decimal: count)
        append(UInt8(ascii: ":"))
    }

    private mutating func endMessage(_ framing: StreamFraming) {
        switch framing {
        case .none: break
        case .newline: append(UInt8(ascii: "\n"))
        case .netstring: append(UInt8(ascii: ","))
        }
    }
}
