import Foundation
import Testing
import WireFormats

/// The cases of another parser, where they lie beside the package.
@Suite struct PicohttpparserDataTests {
    private struct File: Decodable {
        struct Case: Decodable {
            let request_b64: String
            let expected: String
            let comment: String
        }
        let cases: [Case]
    }

    @Test("what picohttpparser rejects is rejected, what it waits for is waited for")
    func cases() throws {
        let path = "../shared/data/picohttpparser/cases.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            print("left out: no \(path)")
            return
        }
        for row in try JSONDecoder().decode(File.self, from: data).cases {
            let bytes = Array(Data(base64Encoded: row.request_b64) ?? Data())
            let outcome = ReadOutcome.of(bytes)
            if row.expected.hasPrefix("reject") {
                #expect(isRefused(outcome), "\(row.comment)")
            } else if row.expected.hasPrefix("incomplete") {
                #expect(outcome == .incomplete || isRefused(outcome), "\(row.comment)")
            } else {
                // Ours is the stricter one: no Host, folding and odd bytes are its refusals.
                let allowed: [HTTPParseError] = [
                    .missingHost, .foldedField, .badTarget, .badByte, .badHost,
                ]
                let isAllowed = allowed.contains { outcome == .refused($0) }
                #expect(isAllowed || !isRefused(outcome), "\(row.comment): \(outcome)")
            }
        }
    }

    private func isRefused(_ outcome: ReadOutcome) -> Bool {
        if case .refused = outcome { true } else { false }
    }
}
