import WireFormats

/// An occurrence's receipt for people: what was raised, how it stands, each delivery and each attempt.
enum ReceiptPrinter {
    /// Prints it.
    static func print(_ receipt: JSON) {
        var facts: [(name: String, value: String)] = [
            ("id", receipt["id"]?.stringValue ?? ""),
            ("event", receipt["event"]?.stringValue ?? ""),
            ("time", LocalTime.text(of: receipt["time"]?.stringValue, withDate: true)),
        ]
        let params = ParamsText.line(receipt["params"])
        if !params.isEmpty { facts.append(("params", params)) }
        for name in ["raised_by", "request_id", "traceparent"] {
            if let text = receipt[name]?.stringValue { facts.append((name, text)) }
        }
        facts.append(("state", receipt["state"]?.stringValue ?? ""))
        facts.append(("matched", String(receipt["matched"]?.integerValue ?? 0) + counts(receipt)))
        Facts.print(facts)
        for delivery in receipt.entries("deliveries") { print(delivery: delivery) }
        guard receipt["complete"] != true, receipt["complete"] != nil else { return }
        Output.talk("There are more deliveries: only those that went wrong are shown.")
    }

    /// ` (2 delivered, 1 failed)`; nothing where nobody matched.
    private static func counts(_ receipt: JSON) -> String {
        let parts = ["delivered", "failed", "dropped", "pending"].compactMap { name in
            let count = receipt[name]?.integerValue ?? 0
            return count > 0 ? "\(count) \(name)" : nil
        }
        return parts.isEmpty ? "" : " (" + parts.joined(separator: ", ") + ")"
    }

    private static func print(delivery: JSON) {
        let output = Output.shared
        var line = delivery["state"]?.stringValue ?? ""
        if let reason = delivery["reason"]?.stringValue { line += " (\(reason))" }
        line += "  " + (delivery["socket"]?.stringValue ?? "an ended subscription")
        if let id = delivery["subscription"]?.stringValue { line += "  subscription " + id }
        output.line("")
        output.line(output.styled(Printable.text(line), .bold))
        if let message = delivery["message"]?.stringValue {
            output.line("  " + Printable.text(message))
        }
        for attempt in delivery.entries("attempts") {
            output.line("  " + Printable.text(AttemptText.line(attempt)))
        }
    }
}

/// An attempt of a delivery in one line.
enum AttemptText {
    /// `#2  12:03:45.123  1.20 ms  118 bytes  status 503  (connect 0.20 ms, first byte 1.10 ms)`
    static func line(_ attempt: JSON) -> String {
        var parts = [
            "#\(attempt["number"]?.integerValue ?? 1)",
            LocalTime.text(of: attempt["time"]?.stringValue),
            milliseconds(attempt["microseconds"]?.integerValue ?? 0),
            "\(attempt["bytes"]?.integerValue ?? 0) bytes",
        ]
        parts += answers.compactMap { member, word in
            attempt[member].map { "\(word) \($0.stringValue ?? IndentedJSON.line($0))" }
        }
        let times = timings.compactMap { member, word -> String? in
            guard let time = attempt["timings"]?[member]?.integerValue, time > 0 else { return nil }
            return "\(word) \(milliseconds(time))"
        }
        if !times.isEmpty { parts.append("(" + times.joined(separator: ", ") + ")") }
        return parts.joined(separator: "  ")
    }

    private static let answers = [
        ("socket", "at"),
        ("status", "status"), ("errno", "errno"), ("broker", "broker"), ("return_code", "returned"),
    ]
    private static let timings = [
        ("name_lookup", "name"), ("connect", "connect"), ("tls", "TLS"),
        ("first_byte", "first byte"),
    ]

    /// `1.20 ms`
    static func milliseconds(_ microseconds: Int64) -> String {
        let hundredths = microseconds / 10
        let fraction = String(hundredths % 100)
        return "\(hundredths / 100).\(fraction.count < 2 ? "0" : "")\(fraction) ms"
    }
}
