import EventCore
import Testing

@Suite("Patterns for events")
struct EventGlobTests {
    @Test(
        "a pattern matches the whole name, * any bytes, ? one",
        arguments: [
            ("E_UL_*", "E_UL_AOR_INSERT", true), ("E_UL_*", "E_UL_", true),
            ("E_UL_*", "E_UL", false), ("E_UL_*", "XE_UL_A", false), ("*", "E", true),
            ("E_A", "E_A", true), ("E_A", "E_AB", false), ("E_A", "e_a", false),
            ("*_INSERT", "E_UL_AOR_INSERT", true), ("*_INSERT", "E_INSERT_X", false),
            ("E_*_*_X", "E_A_B_X", true), ("E_*_*_X", "E_A_X", false),
            ("E_?", "E_A", true), ("E_?", "E_", false), ("E_?", "E_AB", false),
            ("**A**", "BAB", true), ("*AB*AB", "ABAB", true), ("*AB*AB", "AB", false),
        ])
    func matching(pattern: String, name: String, expected: Bool) throws {
        let glob = try #require(EventGlob(pattern))
        #expect(glob.matches(name) == expected)
        #expect(glob.description == pattern)
    }

    @Test(
        "what no name can be is no pattern",
        arguments: ["", "E A", "E_Ä", "[A]", "E\n", String(repeating: "A", count: 65)])
    func bad(pattern: String) {
        #expect(EventGlob(pattern) == nil)
    }

    @Test("the worst pattern costs no more than its length times the name's")
    func worst() throws {
        let glob = try #require(EventGlob(String(repeating: "*A", count: 31) + "*B"))
        #expect(!glob.matches(String(repeating: "A", count: 64)))
    }
}
