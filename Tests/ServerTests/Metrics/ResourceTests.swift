import Foundation
import TestSupport
import Testing

@Suite("The examples for Prometheus and Grafana")
struct ResourceTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Sources/carillond/Resources")

    private func text(_ name: String) throws -> String {
        try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
    }

    @Test("promtool takes the alert rules", .enabled(if: Promtool.isThere))
    func rules() throws {
        let path = Self.folder.appending(path: "prometheus-alerts.yml").path
        let verdict = try Promtool.run(["check", "rules", path])
        #expect(verdict.status == 0, "\(verdict.text)")
    }

    @Test(
        "every metric that they name is one of /metrics",
        arguments: ["prometheus-alerts.yml", "grafana-board.json"])
    func names(file: String) throws {
        let service = try RunningService()
        let client = try service.client()
        try client.subscribe("E_A", "udp:127.0.0.1:9")
        try client.raise("E_A")
        let families = Set(try Scrape(client).types.keys)
        let named = try text(file).matches(of: /(carillon|process)_[a-z_]+/).map { match in
            var name = String(match.output.0)
            for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
                name.removeLast(suffix.count)
            }
            return name
        }
        #expect(named.count > 8)
        for name in Set(named) { #expect(families.contains(name), "\(name)") }
    }

    @Test("the board is JSON with a title and panels, each with a query and a place of its own")
    func board() throws {
        let board = try #require(
            try JSONSerialization.jsonObject(with: Data(text("grafana-board.json").utf8))
                as? [String: Any])
        let panels = try #require(board["panels"] as? [[String: Any]])
        #expect(board["title"] as? String == "Carillon")
        #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
        for panel in panels { #expect((panel["targets"] as? [[String: Any]])?.isEmpty == false) }
    }
}
