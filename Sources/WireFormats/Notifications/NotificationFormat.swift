public import EventCore

/// The payloads that several transports share, byte for byte what OpenSIPS sends (without its bugs).
///
/// Pure functions for any thread. They know no limit of their own (OpenSIPS 2.4 overran its buffer at
/// 16 kB): what a transport cannot carry is that transport's failure.
public enum NotificationFormat {
    /// The JSON-RPC notification of OpenSIPS 4: `{"jsonrpc":"2.0","method":"E_X","params":{…}}`,
    /// compact, no newline.
    ///
    /// Without params there is no member `params`. The params keep their order; whether they are an
    /// object or an array is decided by whether they are named.
    public static func json(_ occurrence: Occurrence) -> [UInt8] {
        json(method: occurrence.event, params: occurrence.params)
    }

    /// The same notification for an event, or any other method, that is no occurrence.
    public static func json(method: String, params: Params) -> [UInt8] {
        let room = 48 + JSONRoom.string(method) + JSONRoom.params(params)
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: room) { output in
            output.append(ascii: #"{"jsonrpc":"2.0","method":"#)
            output.append(jsonString: method)
            if !params.isEmpty {
                output.append(ascii: #","params":"#)
                output.append(json: params)
            }
            output.append(UInt8(ascii: "}"))
        }
        return bytes
    }

    /// Only the value of `params`: an object for named, an array for bare values; empty for none.
    public static func jsonParams(_ occurrence: Occurrence) -> [UInt8] {
        let params = occurrence.params
        if params.isEmpty { return [] }
        return [UInt8](capacity: JSONRoom.params(params)) { $0.append(json: params) }
    }

    /// The classic lines of OpenSIPS 2.4: the event's name, a line `name::value` or `value` for each
    /// param, an empty line.
    ///
    /// A string is quoted only if it contains a line feed, and only then is each `"` in it escaped; a
    /// backslash never is. So the format is ambiguous (an empty bare string looks like the end); it is
    /// kept as receivers know it. Doubles are the shortest text that reads back equal, booleans `true`
    /// and `false`.
    public static func lines(_ occurrence: Occurrence) -> [UInt8] {
        let items = occurrence.params.items
        let room = items.reduce(occurrence.event.utf8.count + 2) { sum, param in
            sum + (param.name?.utf8.count ?? 0) + 3 + lineRoom(of: param.value)
        }
        var bytes: [UInt8] = []
        bytes.append(addingCapacity: room) { output in
            output.append(utf8: occurrence.event)
            output.append(lineFeed)
            for param in items {
                if let name = param.name {
                    output.append(utf8: name)
                    output.append(ascii: "::")
                }
                output.append(lineValue: param.value)
                output.append(lineFeed)
            }
            output.append(lineFeed)
        }
        return bytes
    }

    /// The most bytes a value takes in a line: a string may be quoted, and each of its bytes escaped.
    private static func lineRoom(of value: Value) -> Int {
        if case .string(let text) = value { 2 * text.utf8.count + 2 } else { JSONRoom.number }
    }
}

extension OutputSpan<UInt8> {
    /// A value as OpenSIPS 2.4 prints it.
    fileprivate mutating func append(lineValue value: Value) {
        guard case .string(let text) = value else { return append(json: value) }
        let bytes = text.utf8.span
        var place = 0
        while place < bytes.count, bytes[place] != lineFeed { place &+= 1 }
        if place == bytes.count { return append(utf8: text) }
        append(quote)
        for index in bytes.indices {
            if bytes[index] == quote { append(UInt8(ascii: "\\")) }
            append(bytes[index])
        }
        append(quote)
    }
}

private let lineFeed = UInt8(ascii: "\n")
private let quote = UInt8(ascii: "\"")
