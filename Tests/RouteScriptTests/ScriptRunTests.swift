import RouteScript
import Testing

@Suite struct ScriptRunTests {
    @Test("an empty script loads and has no routes")
    func empty() throws {
        let script = try Script.load(SourceText(name: "empty.cfg", bytes: [])) {
            _, _ throws(IncludeError) in throw IncludeError("nothing is included")
        }
        #expect(script.routes.isEmpty)
    }
}
