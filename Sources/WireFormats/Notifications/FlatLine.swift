public import EventCore

/// Lines of a file, one for each occurrence. Pure functions for any thread.
public enum FlatLine {
    /// How OpenSIPS's event_flatstore writes: `E_NAME,value,value` and a line feed. Names of params
    /// are left out.
    ///
    /// A line feed, a carriage return or the delimiter in a value or the event's name would be
    /// taken for what it is not, so each is written as a blank (OpenSIPS does so with the delimiter
    /// alone: a line feed broke its line). Doubles are the shortest text that reads back equal,
    /// booleans `true` and `false`. What has to be read back exactly is better written by `ndjson`.
    public static func flat(
        _ occurrence: Occurrence, delimiter: UInt8, hasEventName: Bool
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        var room = 1 + occurrence.event.utf8.count
        for param in occurrence.params.items { room += 1 + self.room(of: param.value) }
        bytes.append(addingCapacity: room) { output in
            if hasEventName { output.append(occurrence.event, insteadOf: delimiter) }
            var isFirst = !hasEventName
            for param in occurrence.params.items {
                if !isFirst { output.append(delimiter) }
                isFirst = false
                if case .string(let text) = param.value {
                    output.append(text, insteadOf: delimiter)
                } else {
                    output.append(json: param.value)
                }
            }
            output.append(lineFeed)
        }
        return bytes
    }

    /// A JSON object: `{"time":"2026-11-24T07:00:00.000Z","id":"…","event":"E_X","params":{…}}` and
    /// a line feed. Without params there is no member `params`.
    public static func ndjson(_ occurrence: Occurrence) -> [UInt8] {
        let id = occurrence.id.description
        var bytes: [UInt8] = []
        let room =
            96 + id.utf8.count + JSONRoom.string(occurrence.event)
            + JSONRoom.params(occurrence.params)
        bytes.append(addingCapacity: room) { output in
            output.append(ascii: #"{"time":""#)
            output.append(rfc3339: occurrence.time)
            output.append(ascii: #"","id":""#)
            output.append(utf8: id)
            output.append(ascii: #"","event":"#)
            output.append(jsonString: occurrence.event)
            if !occurrence.params.isEmpty {
                output.append(ascii: #","params":"#)
                output.append(json: occurrence.params)
            }
            output.append(ascii: "}\n")
        }
        return bytes
    }

    private static func room(of value: Value) -> Int {
        if case .string(let text) = value { text.utf8.count } else { JSONRoom.number }
    }
}

extension OutputSpan<UInt8> {
    /// Text with a blank for each byte that would end the line or the value.
    fileprivate mutating func append(_ text: String, insteadOf delimiter: UInt8) {
        let bytes = text.utf8.span
        for index in bytes.indices {
            switch bytes[index] {
            case delimiter, lineFeed, UInt8(ascii: "\r"): append(UInt8(ascii: " "))
            case let byte: append(byte)
            }
        }
    }
}

private let lineFeed = UInt8(ascii: "\n")
