import TestSupport
import Testing

@Suite("Entity tags")
struct EntityTagTests {
    @Test(
        "the tag is found among others, weak or strong, in any case; what is none of ours matches nothing"
    )
    func forms() throws {
        let service = try RunningService()
        let client = try service.client()
        let tag = try #require(try client.send("GET", "/events").fields["etag"])
        func status(_ value: String) throws -> Int {
            try client.send("GET", "/events", fields: ["If-None-Match": value]).status
        }
        let strong = String(tag.dropFirst(2))
        for value in [
            tag, strong, "W/\"other\", \(tag)", "\"a,b\",\(strong)", "*", tag.uppercased(),
            "\"zz\" , \t \(tag)",
        ] {
            #expect(try status(value) == 304, "\(value)")
        }
        let bare = String(strong.dropFirst().dropLast())
        for value in [
            bare, "\"\(bare)", "\"\(bare)0\"", "\"0\(bare.dropFirst())\"", "\"\"", "\"z\"",
            "\"\(bare.prefix { $0 != "z" })z\"", "\"\(bare)-\"",
            "\"\(bare.prefix { $0 != "z" })z\(String(repeating: "y", count: 40))\"",
        ] {
            #expect(try status(value) == 200, "\(value)")
        }
    }
}
