internal import EventCore
internal import WireFormats

/// How a line of the log is written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// `time=… level=notice msg="STORE(x): restored" subscriptions=3`
    case logfmt
    /// `{"time":"…","level":"notice","message":"STORE(x): restored","subscriptions":3}`
    case json

    /// The line, with its line feed. `time` is milliseconds since 1970.
    func bytes(_ line: LogLine, level: String, time: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(128)
        switch self {
        case .logfmt:
            bytes.append(ascii: "time=")
            bytes.append(rfc3339: time)
            bytes.append(ascii: " level=")
            bytes.append(utf8: level)
            bytes.append(ascii: " msg=")
            bytes.append(utf8: LogText.quoted(line.words))
            for pair in line.pairs {
                bytes.append(ascii: " ")
                bytes.append(utf8: LogLine.shown(pair.name))
                bytes.append(ascii: "=")
                bytes.append(utf8: LogText.requoted(pair.value))
            }
        case .json:
            bytes.append(ascii: #"{"time":""#)
            bytes.append(rfc3339: time)
            bytes.append(ascii: #"","level":"#)
            bytes.append(jsonString: level)
            bytes.append(ascii: #","message":"#)
            bytes.append(jsonString: line.words)
            for pair in line.pairs {
                bytes.append(ascii: ",")
                bytes.append(jsonString: LogLine.shown(pair.name))
                bytes.append(ascii: ":")
                if let number = Int64(pair.value), String(number) == pair.value {
                    bytes.append(decimal: number)
                } else {
                    bytes.append(jsonString: pair.value)
                }
            }
            bytes.append(ascii: "}")
        }
        bytes.append(ascii: "\n")
        return bytes
    }
}
