import WireFormats

/// An occurrence's params for people.
enum ParamsText {
    /// `ip=192.0.2.7 port=5060`, or the bare values; empty where there are none. Not yet made safe to show.
    static func line(_ params: JSON?) -> String {
        switch params {
        case .object(let members):
            members.map { "\($0.0)=\(value($0.1))" }.joined(separator: " ")
        case .array(let elements): elements.map(value).joined(separator: " ")
        case .null, .boolean, .integer, .number, .string, nil: ""
        }
    }

    private static func value(_ value: JSON) -> String {
        value.stringValue ?? IndentedJSON.line(value)
    }
}
