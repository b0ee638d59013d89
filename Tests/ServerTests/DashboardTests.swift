import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("The dashboard's files")
struct DashboardTests {
    static let files = [
        ("/", "text/html"), ("/dashboard.css", "text/css"), ("/dashboard.js", "text/javascript"),
        ("/dashboard.svg", "image/svg+xml"),
    ]

    @Test(
        "each is sent with its type, a policy that lets it talk to this service alone, and a tag by which it is 304",
        arguments: files)
    func parts(path: String, type: String) throws {
        let service = try RunningService()
        let client = try service.client()
        let answer = try client.send("GET", path)
        #expect(answer.status == 200)
        #expect(answer.fields["content-type"] == type)
        let policy = try #require(answer.fields["content-security-policy"])
        #expect(policy.hasPrefix("default-src 'none'; script-src 'self'; style-src 'self';"))
        #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains("data:"))
        for part in ["frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"] {
            #expect(policy.contains(part))
        }
        #expect(answer.fields["x-content-type-options"] == "nosniff")
        #expect(answer.fields["referrer-policy"] == "no-referrer")
        let tag = try #require(answer.fields["etag"])
        for named in [tag, "W/\(tag)", "\"other\", \(tag)", "*"] {
            let same = try client.send("GET", path, fields: ["If-None-Match": named])
            #expect(same.status == 304 && same.body.isEmpty, "\(named)")
            #expect(same.fields["etag"] == tag)
        }
        #expect(
            try client.send("GET", path, fields: ["If-None-Match": "\"other\""]).status == 200)
    }

    @Test("the page and all that it loads are 100 KB at most, and nothing is from elsewhere")
    func size() throws {
        let service = try RunningService()
        let client = try service.client()
        var bytes = 0
        for (path, _) in Self.files {
            let text = try client.send("GET", path).text
            bytes += text.utf8.count
            #expect(!text.contains("https://") || path == "/dashboard.js", "\(path)")
            #expect(!text.contains("\n//") && !text.contains("\n "), "\(path)")
        }
        #expect(bytes <= 102_400, "\(bytes) bytes")
        #expect(bytes > 10_000)
        let page = try client.send("GET", "/").text
        let loaded = page.matches(of: /(?:src|href)="(\/[^"#]*)"/).map { String($0.output.1) }
        #expect(
            Set(loaded) == [
                "/dashboard.css", "/dashboard.js", "/dashboard.svg", "/openapi.yaml",
            ])
        // What the policy forbids would not run; that it is not there is better.
        #expect(page.firstMatch(of: /<script>| style=| on[a-z]+=/) == nil)
    }

    @Test(
        "the script makes no markup of texts",
        arguments: [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(",
            "new Function",
        ])
    func markup(word: String) {
        #expect(!String(decoding: Dashboard.script.bytes, as: UTF8.self).contains(word))
    }
}
