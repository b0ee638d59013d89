/// A JSON-RPC call as it goes out on a TCP stream: a notification's bytes, and the id that is put before them.
///
///     {"id":null,"jsonrpc":"2.0","method":"E_X","params":{…}}      OpenSIPS 2.4, notification
///     {"jsonrpc":"2.0","method":"E_X","params":{…}}                OpenSIPS 4, notification
///     {"id":96249342,"jsonrpc":"2.0","method":"E_X","params":{…}}  both, request
///
/// So every form is the notification of `NotificationFormat.json` behind another beginning, and it is
/// written once for all subscribers.
public struct StreamCall: Sendable, Equatable {
    /// What stands before the member `jsonrpc`.
    public enum ID: Sendable, Equatable {
        /// Nothing.
        case absent
        /// `"id":null`, with which OpenSIPS 2.4 marks a notification.
        case null
        /// A request's number.
        case number(Int64)
    }

    /// A JSON object that is not empty, compact.
    public var notification: [UInt8]
    /// What is put before its first member.
    public var id: ID

    /// A call; `notification` begins with `{` and has a member.
    public init(notification: [UInt8], id: ID) {
        self.notification = notification
        self.id = id
    }

    /// How many bytes the object has, its framing not counted.
    public var count: Int {
        switch id {
        case .absent: notification.count
        case .null: notification.count + 10
        case .number(let number): notification.count + 6 + decimalCount(number)
        }
    }
}

extension [UInt8] {
    /// Appends one message: the call as an object, or several as a batch, an array (JSON-RPC 2.0 §6).
    /// Nothing for none.
    public mutating func append(calls: ArraySlice<StreamCall>, framing: StreamFraming) {
        guard let first = calls.first else { return }
        if framing == .netstring {
            let inside = calls.reduce(0) { $0 + $1.count }
            append(decimal: calls.count == 1 ? inside : inside + calls.count + 1)
            append(UInt8(ascii: ":"))
        }
        if calls.count == 1 {
            append(first)
        } else {
            var mark = UInt8(ascii: "[")
            for call in calls {
                append(mark)
                append(call)
                mark = UInt8(ascii: ",")
            }
            append(UInt8(ascii: "]"))
        }
        switch framing {
        case .none: break
        case .newline: append(UInt8(ascii: "\n"))
        case .netstring: append(UInt8(ascii: ","))
        }
    }

    private mutating func append(_ call: StreamCall) {
        switch call.id {
        case .absent: return append(contentsOf: call.notification)
        case .null: append(ascii: #"{"id":null,"#)
        case .number(let number):
            append(ascii: #"{"id":"#)
            append(decimal: number)
            append(UInt8(ascii: ","))
        }
        append(contentsOf: call.notification.dropFirst())
    }
}

/// How many bytes a number takes in decimal.
private func decimalCount(_ number: Int64) -> Int {
    var rest = number.magnitude / 10
    var count = number < 0 ? 2 : 1
    while rest > 0 {
        count += 1
        rest /= 10
    }
    return count
}
