internal import EventCore
internal import WireFormats

/// What a raise would do, as JSON. Members in the order of openapi.yaml.
extension Representation {
    /// The answer to a dry run.
    static func write(_ forecast: RaiseForecast, to body: inout [UInt8]) {
        body.append(ascii: #"{"event":"#)
        body.append(jsonString: forecast.event)
        body.append(ascii: #","known":"#)
        body.append(json: forecast.isKnown)
        body.append(ascii: #","matched":"#)
        body.append(decimal: forecast.matched)
        body.append(ascii: #","deliveries":["#)
        writeList(forecast.deliveries, to: &body, write)
        body.append(ascii: #"],"complete":"#)
        body.append(json: forecast.isComplete)
        body.append(ascii: #","unmatched":["#)
        writeList(forecast.unmatched, to: &body, write)
        body.append(ascii: "]}")
    }

    private static func write(_ view: ForecastView, to body: inout [UInt8]) {
        body.append(ascii: #"{"subscription":""#)
        body.append(decimal: view.subscription)
        body.append(ascii: "\"")
        write("socket", view.socket, to: &body)
        write("transport", view.transport, to: &body)
        if let member = view.forecast.member {
            body.append(ascii: #","member":{"socket":"#)
            body.append(jsonString: member.socket)
            write("transport", member.transport, to: &body)
            body.append(ascii: "}")
        }
        write(view.forecast.course, to: &body)
        if let until = view.until {
            body.append(ascii: #","until":""#)
            body.append(rfc3339: until)
            body.append(ascii: "\"")
        }
        if let words = view.forecast.words { write("message", words, to: &body) }
        if let bytes = view.bytes {
            body.append(ascii: #","bytes":"#)
            body.append(decimal: bytes)
        }
        if let payload = view.forecast.payload { write(payload: payload, to: &body) }
        body.append(ascii: "}")
    }

    private static func write(_ course: DeliveryForecast.Course, to body: inout [UInt8]) {
        switch course {
        case .send: write("forecast", "send", to: &body)
        case .wait: write("forecast", "wait", to: &body)
        case .fail(let reason):
            write("forecast", "fail", to: &body)
            write("reason", reason.rawValue, to: &body)
        case .drop(let reason):
            write("forecast", "drop", to: &body)
            write("reason", reason.rawValue, to: &body)
        }
    }

    /// As text where it is some, so that it can be read.
    private static func write(payload: [UInt8], to body: inout [UInt8]) {
        if let text = String(validating: payload, as: UTF8.self) {
            write("payload", text, to: &body)
            write("encoding", "utf-8", to: &body)
        } else {
            write("payload", Base64.encode(payload), to: &body)
            write("encoding", "base64", to: &body)
        }
    }

    private static func write(_ view: UnmatchedView, to body: inout [UInt8]) {
        body.append(ascii: #"{"subscription":""#)
        body.append(decimal: view.subscription)
        body.append(ascii: "\"")
        write("event", view.event, to: &body)
        write("socket", view.socket, to: &body)
        write("message", view.message, to: &body)
        body.append(ascii: "}")
    }

    private static func write(_ name: String, _ text: String, to body: inout [UInt8]) {
        body.append(ascii: ",")
        body.append(jsonString: name)
        body.append(ascii: ":")
        body.append(jsonString: text)
    }
}
