import WireFormats

/// Prints notifications as they arrive, a line each.
struct NotificationPrinter {
    /// How they are shown.
    enum Style {
        /// Time, event, params.
        case text
        /// An object a line (NDJSON): time, socket, event, params; `payload` where it is no notification.
        case json
        /// The payload's bytes and a line feed.
        case raw
    }

    let style: Style

    /// Prints one.
    func print(_ payload: [UInt8], from socket: String) {
        let notification = Notification(parsing: payload)
        let now = WallClock.nanoseconds() / 1_000_000
        let output = Output.shared
        switch style {
        case .raw:
            output.line(String(decoding: payload, as: UTF8.self))
        case .json:
            var time: [UInt8] = []
            time.append(rfc3339: now)
            var members: [(String, JSON)] = [
                ("time", .string(String(decoding: time, as: UTF8.self))),
                ("socket", .string(socket)),
            ]
            if let notification {
                members.append(("event", .string(notification.event)))
                if notification.params != .null { members.append(("params", notification.params)) }
            } else {
                members.append(("payload", .string(String(decoding: payload, as: UTF8.self))))
            }
            output.line(Printable.json(IndentedJSON.line(.object(members))))
        case .text:
            let time = output.styled(LocalTime.text(now), .dim)
            guard let notification else {
                output.line("\(time)  \(Printable.text(String(decoding: payload, as: UTF8.self)))")
                return
            }
            let event = output.styled(Printable.text(notification.event), .event)
            let params = Printable.text(notification.paramsText)
            output.line(params.isEmpty ? "\(time)  \(event)" : "\(time)  \(event)  \(params)")
        }
    }
}
