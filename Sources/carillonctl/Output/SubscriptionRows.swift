import WireFormats

/// Subscriptions as rows of a table.
enum SubscriptionRows {
    /// The columns, fitted to the terminal.
    static var table: Table {
        Table(
            [
                .init(title: "ID", isRight: true), .init(title: "EVENT", cut: .atEnd),
                .init(title: "SOCKET", cut: .inside), .init(title: "TTL", isRight: true),
                .init(title: "DELIVERED", isRight: true), .init(title: "FAILED", isRight: true),
                .init(title: "DROPPED", isRight: true), .init(title: "PENDING", isRight: true),
            ], width: Output.shared.width)
    }

    /// A subscription's cells.
    static func cells(_ subscription: JSON) -> [String] {
        let counts = subscription["deliveries"]
        return [
            subscription["id"]?.stringValue ?? "", subscription["event"]?.stringValue ?? "",
            subscription["socket"]?.stringValue ?? "",
            subscription["ttl_seconds"]?.integerValue.map { Duration.text(seconds: $0) } ?? "never",
        ]
            + ["delivered", "failed", "dropped", "pending"].map {
                String(counts?[$0]?.integerValue ?? 0)
                    + ($0 == "pending" ? trouble(subscription) : "")
            }
    }

    /// Why they wait, where their destination fails: ` failing`, ` open`, ` half_open`.
    private static func trouble(_ subscription: JSON) -> String {
        let destination = subscription["destination"]
        guard let state = destination?["state"]?.stringValue else { return "" }
        if state != "closed" { return " " + state }
        return destination?["consecutive_failures"]?.integerValue ?? 0 > 0 ? " failing" : ""
    }

    /// Prints them as a table.
    static func print(_ subscriptions: [JSON]) {
        var printer = ListPrinter(table: table, row: cells, wantsJSON: false)
        _ = printer.add(subscriptions)
        printer.finish(ifNone: "No subscriptions.")
    }
}

/// Seconds for people.
enum Duration {
    /// The two greatest units: `45s`, `19m 59s`, `2h 5m`, `31d 4h`.
    static func text(seconds: Int64) -> String {
        let units: [(Int64, String)] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")]
        guard let first = units.firstIndex(where: { seconds >= $0.0 }) else { return "\(seconds)s" }
        let rest = seconds % units[first].0
        var text = "\(seconds / units[first].0)\(units[first].1)"
        if first + 1 < units.count, rest / units[first + 1].0 > 0 {
            text += " \(rest / units[first + 1].0)\(units[first + 1].1)"
        }
        return text
    }
}
