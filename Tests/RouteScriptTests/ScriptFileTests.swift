import RouteScript
import Testing

/// The language, by examples: every file in `Scripts` does what its comments say.
@Suite struct ScriptFileTests {
    @Test("a script does what its comments say", arguments: ScriptFile.all)
    func script(_ file: ScriptFile) throws {
        try ScriptFileRunner.check(file)
    }

    @Test("there are at least 150 of them")
    func count() {
        #expect(ScriptFile.all.count >= 150)
    }
}
