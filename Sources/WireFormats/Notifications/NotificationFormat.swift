public import EventCore

/// The payloads that several transports share, byte for byte what OpenSIPS sends (without its bugs).
///
/// Pure functions for any thread. They know no limit of their own (OpenSIPS 2.4 overran its buffer at 16 kB): what a
/// transport cannot carry is that transport's failure.
public enum NotificationFormat {
    /// The JSON-RPC notification of OpenSIPS 4: `{"jsonrpc":"2.0","method":"E_X","params":{…}}`, compact, no newline.
    ///
    /// Without params there is no member `params`. The params keep their order; whether they are an object or an
    /// array is decided by whether they are named.
    public static func json(_ occurrence: Occurrence) -> [UInt8] {
        json(method: occurrence.event, params: occurrence.params)
    }

    /// The same notification for an event, or any other method, that is no occurrence.
    public static func json(method: String, params: Params) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(64 + method.utf8.count + likelyBytes(of: params))
        bytes.append(ascii: #"{"jsonrpc":"2.0","method":"#)
        bytes.append(jsonString: method)
        if !params.isEmpty {
            bytes.append(ascii: #","params":"#)
            bytes.append(json: params)
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    /// Only the value of `params`: an object for named, an array for bare values; empty for none.
    public static func jsonParams(_ occurrence: Occurrence) -> [UInt8] {
        var bytes: [UInt8] = []
        if occurrence.params.isEmpty { return bytes }
        bytes.reserveCapacity(2 + likelyBytes(of: occurrence.params))
        bytes.append(json: occurrence.params)
        return bytes
    }

    /// The classic lines of OpenSIPS 2.4: the event's name, a line `name::value` or `value` for each param, an
    /// empty line.
    ///
    /// A string is quoted only if it contains a line feed, and only then is each `"` in it escaped; a backslash
    /// never is. So the format is ambiguous (an empty bare string looks like the end); it is kept as receivers
    /// know it. Doubles are the shortest text that reads back equal, booleans `true` and `false`.
    public static func lines(_ occurrence: Occurrence) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 + occurrence.event.utf8.count + likelyBytes(of: occurrence.params))
        bytes.append(utf8: occurrence.event)
        bytes.append(lineFeed)
        for param in occurrence.params.items {
            if let name = param.name {
                bytes.append(utf8: name)
                bytes.append(ascii: "::")
            }
            bytes.append(lineValue: param.value)
            bytes.append(lineFeed)
        }
        bytes.append(lineFeed)
        return bytes
    }

    /// An estimate of the bytes that params take in any format: exact but for escapes and long numbers.
    private static func likelyBytes(of params: Params) -> Int {
        params.items.reduce(0) { sum, param in
            let value = if case .string(let text) = param.value { text.utf8.count } else { 20 }
            return sum + (param.name?.utf8.count ?? 0) + value + 6
        }
    }
}

extension [UInt8] {
    /// Appends params as JSON: an object if they are named, else an array; `[]` for none. Order as given.
    public mutating func append(json params: Params) {
        let isNamed = params.isNamed
        append(isNamed ? UInt8(ascii: "{") : UInt8(ascii: "["))
        var isFirst = true
        for param in params.items {
            if !isFirst { append(UInt8(ascii: ",")) }
            isFirst = false
            if isNamed {
                append(jsonString: param.name ?? "")
                append(UInt8(ascii: ":"))
            }
            append(json: param.value)
        }
        append(isNamed ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }

    /// Appends a value as OpenSIPS 2.4 prints it in a line.
    fileprivate mutating func append(lineValue value: Value) {
        guard case .string(let text) = value, text.utf8.contains(lineFeed) else {
            return append(bareLineValue: value)
        }
        append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            if byte == UInt8(ascii: "\"") { append(UInt8(ascii: "\\")) }
            append(byte)
        }
        append(UInt8(ascii: "\""))
    }

    private mutating func append(bareLineValue value: Value) {
        if case .string(let text) = value { append(utf8: text) } else { append(json: value) }
    }
}

private let lineFeed = UInt8(ascii: "\n")
