import WireFormats

/// A command of the management interface as a JSON-RPC request, and what its response says.
enum ManagementCall {
    /// The request's text.
    static func request(_ method: String, _ params: JSON?, id: Int64) -> JSON {
        var members: [(String, JSON)] = [("jsonrpc", "2.0"), ("method", .string(method))]
        if let params { members.append(("params", params)) }
        members.append(("id", .integer(id)))
        return .object(members)
    }

    /// The result, or the error as a failure.
    static func result(of response: JSON) throws(Failure) -> JSON {
        if let result = response["result"] { return result }
        guard let error = response["error"], let code = error["code"]?.integerValue else {
            throw Failure(
                .failed, "The answer is no JSON-RPC response: \(IndentedJSON.line(response))")
        }
        var message = "\(code) \(error["message"]?.stringValue ?? "")"
        if let data = error["data"] {
            message += ": \(data.stringValue ?? IndentedJSON.line(data))"
        }
        throw Failure(status(code), message, advice: advice(code))
    }

    private static func status(_ code: Int64) -> ExitStatus {
        switch code {
        case 404, -32601: .notFound
        case 401, 403: .forbidden
        default: .failed
        }
    }

    private static func advice(_ code: Int64) -> String? {
        switch code {
        case -32601: "The commands there are: carillonctl mi which"
        case -32602: "What it takes: carillonctl mi help COMMAND"
        case 480: "Nobody is subscribed to this event."
        default: nil
        }
    }
}
