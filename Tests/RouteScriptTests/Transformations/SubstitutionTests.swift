import Testing

@testable import RouteScript

@Suite struct SubstitutionTests {
    /// Each match looks to the end of the text for a longer one.
    private static let quadratic = Array("/a|a.*b/x/g".utf8)

    @Test("a substitution that looks for too long is NULL, and says what it took")
    func work() throws {
        var limits = RegexLimits()
        limits.workMax = 100_000
        let substitution = try Substitution(
            Self.quadratic[...], limits: limits, variable: { _ in 0 })
        var steps = 0
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 4_096)
        #expect(substitution.apply(long, steps: &steps, variable: { _ in .null }) == nil)
        #expect((12_000..<14_000).contains(steps))
        steps = 0
        let short = Array("aab".utf8)
        #expect(
            substitution.apply(short, steps: &steps, variable: { _ in .null }) == Array("x".utf8))
        #expect(steps < 10)
    }

    @Test("a match that looks for too long is none")
    func matches() throws {
        var limits = RegexLimits()
        limits.workMax = 1_000
        let regex = try Regex(Array("(a|b)*c".utf8), limits: limits)
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 4_096) + Array("c".utf8)
        #expect(!regex.matches(long))
        #expect(regex.matches(Array("aac".utf8)))
        #expect(regex.firstMatch(in: long) == nil)
    }
}
