import Foundation
import TestSupport

/// What `/metrics` says, read as Prometheus reads it.
struct Scrape {
    /// Value by name and labels, as they stand: `carillon_events`, `carillon_drops_total{transport="http",…}`.
    let values: [String: Double]
    /// The type of each family.
    let types: [String: String]
    let text: String

    /// There was no answer to read.
    struct Refused: Error {
        let status: Int
    }

    init(_ client: JSONClient, _ query: String = "") throws {
        let answer = try client.send("GET", "/metrics" + query)
        guard answer.status == 200 else {
            throw Refused(status: answer.status)
        }
        self.init(text: answer.text)
    }

    init(text: String) {
        self.text = text
        var values: [String: Double] = [:]
        var types: [String: String] = [:]
        for line in text.split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                let words = line.split(separator: " ")
                types[String(words[2])] = String(words[3])
            }
            guard !line.hasPrefix("#"), let space = line.lastIndex(of: " ") else { continue }
            values[String(line[..<space])] = Double(line[line.index(after: space)...])
        }
        self.values = values
        self.types = types
    }

    /// The value of a sample; nil where there is none.
    subscript(_ sample: String) -> Double? { values[sample] }

    /// The transports it tells of.
    var transports: [String] {
        values.keys.compactMap { name in
            name.hasPrefix("carillon_matched_total{transport=\"")
                ? String(name.dropFirst(34).dropLast(2)) : nil
        }.sorted()
    }

    /// A transport's deliveries: matched, and what they came to.
    func deliveries(_ transport: String) -> (matched: Double, sum: Double) {
        let outcomes = ["delivered", "failed", "dropped"].map {
            values["carillon_deliveries_total{transport=\"\(transport)\",outcome=\"\($0)\"}"]
                ?? .nan
        }
        let pending = values["carillon_deliveries_pending{transport=\"\(transport)\"}"] ?? .nan
        return (
            values["carillon_matched_total{transport=\"\(transport)\"}"] ?? .nan,
            outcomes.reduce(pending, +)
        )
    }

    /// The sum of all samples of a family with this label.
    func sum(_ family: String, where label: String) -> Double {
        values.filter { $0.key.hasPrefix(family + "{") && $0.key.contains(label) }
            .reduce(0) { $0 + $1.value }
    }
}
