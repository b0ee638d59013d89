import WireFormats

/// A notification as it was received: JSON-RPC as OpenSIPS 4 sends it, or the lines of OpenSIPS 2.
struct Notification: Equatable {
    let event: String
    /// An object, an array, or null for none.
    let params: JSON
    /// The call's id, where an answer is expected.
    let id: JSON?

    /// Nil where the payload is neither.
    init?(parsing payload: [UInt8]) {
        guard let tree = try? JSON(parsing: payload.span) else {
            self.init(lines: payload)
            return
        }
        guard let method = tree["method"]?.stringValue else { return nil }
        self.init(event: method, params: tree["params"] ?? .null, id: tree["id"])
    }

    private init(event: String, params: JSON, id: JSON? = nil) {
        self.event = event
        self.params = params
        self.id = id
    }

    /// `EVENT`, then `name::value` or `value` a line, then an empty line.
    private init?(lines payload: [UInt8]) {
        guard let text = String(validating: payload, as: UTF8.self), text.hasSuffix("\n") else {
            return nil
        }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard let name = lines.first, !name.isEmpty, name.allSatisfy({ $0.isASCII && $0 != " " })
        else { return nil }
        lines.removeFirst()
        var named: [(String, JSON)] = []
        var bare: [JSON] = []
        for line in lines.prefix(while: { !$0.isEmpty }) {
            if let marks = line.firstRange(of: "::") {
                named.append(
                    (String(line[..<marks.lowerBound]), .string(String(line[marks.upperBound...]))))
            } else {
                bare.append(.string(String(line)))
            }
        }
        let params: JSON = bare.isEmpty ? (named.isEmpty ? .null : .object(named)) : .array(bare)
        self.init(event: String(name), params: params)
    }

    /// `ip=192.0.2.7 port=5060`, or the bare values.
    var paramsText: String { ParamsText.line(params) }

    /// What a caller over HTTP or TCP waits for: the result of each call with an id; nil where there is none.
    static func reply(to payload: [UInt8]) -> [UInt8]? {
        guard let tree = try? JSON(parsing: payload.span) else { return nil }
        var bytes: [UInt8] = []
        if case .array(let calls) = tree {
            let results = calls.compactMap { result(of: $0) }
            guard !results.isEmpty else { return nil }
            bytes.append(tree: .array(results))
        } else {
            guard let result = result(of: tree) else { return nil }
            bytes.append(tree: result)
        }
        return bytes
    }

    private static func result(of call: JSON) -> JSON? {
        call["id"].map { ["jsonrpc": "2.0", "result": "OK", "id": $0] }
    }
}
