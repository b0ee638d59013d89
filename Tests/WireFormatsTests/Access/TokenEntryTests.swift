import EventCore
import Testing
import WireFormats

@Suite("Tokens and grants as text")
struct TokenEntryTests {
    private let digest = SHA256(of: "token")

    private func entry(_ text: String) throws -> TokenEntry {
        try TokenEntry(parsing: Array(text.utf8).span)
    }

    @Test("an entry is read back from its line")
    func roundTrip() throws {
        let written = try TokenEntry(
            name: "board", digest: digest,
            grants: [
                try NetworkGrant(parsing: "read"),
                try NetworkGrant(parsing: "raise:E_UL_*+E_X@10.0.0.0/8+::1"),
            ])
        #expect(try TokenEntry.entries(of: written.line) == [written])
        #expect(written.line.last == UInt8(ascii: "\n"))
        #expect(!String(decoding: written.line, as: UTF8.self).contains("token\""))
    }

    @Test(
        "a grant: a role, its events, its networks",
        arguments: [
            ("admin", Role.admin, [], []), ("raise:E_A", .raise, ["E_A"], []),
            ("read@::1", .read, [], ["::1/128"]),
            (
                "subscribe:E_*+X@10.0.0.0/8+fe80::/10", .subscribe, ["E_*", "X"],
                ["10.0.0.0/8", "fe80::/10"]
            ),
        ] as [(String, Role, [String], [String])])
    func grants(text: String, role: Role, events: [String], networks: [String]) throws {
        let grant = try NetworkGrant(parsing: text[...])
        #expect(grant.grant.role == role)
        #expect(grant.grant.events.map(\.description) == events)
        #expect(grant.networks.map(\.description) == networks)
        #expect(grant.isLimited == !(events.isEmpty && networks.isEmpty))
    }

    @Test(
        "what is no grant says what was expected",
        arguments: [
            "", "root", "Read", "read:", "read:E A", "read:E_A+", "read@", "read@10.0.0.1/8",
            "read@localhost", "read@10.0.0.0/33", "read@127.1", "read :E_A",
        ])
    func badGrants(text: String) {
        let error = #expect(throws: AccessTextError.self) { try NetworkGrant(parsing: text[...]) }
        #expect(error?.message.contains("expected") == true)
    }

    @Test(
        "what is no entry is refused, unknown members too",
        arguments: [
            "", "{}", "[]", "x", #"{"name":"a"}"#,
            #"{"name":"a","sha256":"HEX","grants":[]}"#,
            #"{"name":"a b","sha256":"HEX","grants":[{"role":"read"}]}"#,
            #"{"name":"uid:0","sha256":"HEX","grants":[{"role":"read"}]}"#,
            #"{"name":"a","sha256":"12","grants":[{"role":"read"}]}"#,
            #"{"name":"a","sha256":"HEX","grants":[{"role":"read","events":[]}]}"#,
            #"{"name":"a","sha256":"HEX","grants":[{"role":"read","events":[1]}]}"#,
            #"{"name":"a","sha256":"HEX","grants":[{"role":"read","network":["::1"]}]}"#,
            #"{"name":"a","sha256":"HEX","grants":[{"role":"read"}],"x":1}"#,
            #"{"name":"a","sha256":"HEX","grants":[{"role":"read"}],"name":"b"}"#,
        ])
    func badEntries(text: String) {
        let line = text.replacing("HEX", with: digest.hexadecimal)
        #expect(throws: AccessTextError.self) { try entry(line) }
    }

    @Test("a file: comments, empty lines, any line end; faults say their line")
    func files() throws {
        func line(_ token: String) -> String {
            #"{"name":"a","sha256":"\#(SHA256(of: token).hexadecimal)","grants":[{"role":"read"}]}"#
        }
        let good = "# tokens\n\n\(line("1"))\r\n  \n\(line("2"))"
        #expect(try TokenEntry.entries(of: Array(good.utf8)).count == 2)
        #expect(try TokenEntry.entries(of: []).isEmpty)
        let twice = #expect(throws: TokenEntry.FileError.self) {
            try TokenEntry.entries(of: Array("\(line("1"))\n\n\(line("1"))".utf8))
        }
        #expect(twice?.line == 3)
        let broken = #expect(throws: TokenEntry.FileError.self) {
            try TokenEntry.entries(of: Array("\(line("1"))\nnonsense".utf8))
        }
        #expect(broken?.line == 2)
    }
}
