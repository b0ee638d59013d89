import Testing
import WireFormats

/// nst/JSONTestSuite: what every parser must accept (`y_`), must refuse (`n_`), and may do as it likes
/// (`i_`).
@Suite("JSON test suite")
struct JSONTestSuiteTests {
    /// Files that are JSON by the grammar but hold one name twice, which we refuse (catalogue J06).
    private let duplicates = [
        "y_object_duplicated_key.json", "y_object_duplicated_key_and_value.json",
    ]

    private func parse(_ bytes: [UInt8]) throws(JSONError) -> JSON {
        try JSON(parsing: bytes.span)
    }

    private func skip(_ bytes: [UInt8]) throws(JSONError) {
        try JSONReader.document(bytes.span) { (reader, bytes) throws(JSONError) in
            try reader.skipValue(in: bytes)
        }
    }

    @Test("all 95 y_ files are accepted; in the two with duplicate names exactly that is refused")
    func accepted() throws {
        guard let files = SharedData.files(in: "json-test-suite/test_parsing") else { return }
        let cases = files.filter { $0.name.hasPrefix("y_") }
        #expect(cases.count == 95)
        for (name, bytes) in cases {
            #expect(throws: Never.self, "\(name)") { try skip(bytes) }
            if duplicates.contains(name) {
                #expect(throws: JSONError.self, "\(name)") { try parse(bytes) }
                continue
            }
            #expect(throws: Never.self, "\(name)") {
                let tree = try parse(bytes)
                var again: [UInt8] = []
                again.append(tree: tree)
                let reread = try parse(again)
                #expect(reread == tree, "\(name) written and read again")
            }
        }
    }

    @Test("all 188 n_ files are refused as no JSON, read into a tree or skipped")
    func refused() {
        guard let files = SharedData.files(in: "json-test-suite/test_parsing") else { return }
        let cases = files.filter { $0.name.hasPrefix("n_") }
        #expect(cases.count == 188)
        for (name, bytes) in cases {
            let error = #expect(throws: JSONError.self, "\(name)") { try parse(bytes) }
            #expect(error?.isSyntax == true, "\(name)")
            #expect((0...bytes.count).contains(error?.offset ?? -1), "\(name)")
            #expect(throws: JSONError.self, "\(name)") { try skip(bytes) }
        }
    }

    @Test("no i_ file and no file of test_transform crashes, and what is accepted reads back equal")
    func undecided() throws {
        guard let files = SharedData.files(in: "json-test-suite/test_parsing"),
            let transform = SharedData.files(in: "json-test-suite/test_transform")
        else { return }
        for (name, bytes) in files.filter({ $0.name.hasPrefix("i_") }) + transform {
            guard let tree = try? parse(bytes) else { continue }
            var again: [UInt8] = []
            again.append(tree: tree)
            let reread = try parse(again)
            #expect(reread == tree, "\(name)")
        }
    }

    @Test(
        "every prefix of every y_ file is read without a crash, and each error lies inside the text"
    )
    func prefixes() {
        guard let files = SharedData.files(in: "json-test-suite/test_parsing") else { return }
        for (name, bytes) in files where name.hasPrefix("y_") {
            for length in 0...bytes.count {
                do {
                    _ = try parse(Array(bytes[..<length]))
                } catch {
                    #expect((0...length).contains(error.offset), "\(name) cut at \(length)")
                }
            }
        }
    }
}
