import RouteScript
import Testing

@Suite struct TransformationErrorTests {
    @Test(
        "what is no transformation is an error at load, with its place",
        arguments: [
            ("", 0), ("s", 0), ("s.nope", 0), ("s.len,1", 5), ("s.substr,1", 10),
            ("s.substr,1,2,3", 12),
            ("s.substr,a,1", 9), ("s.substr,1,", 11), ("s.substr,99999999999999999999,1", 9),
            ("s.select,1", 10), ("s.select,1,", 11), ("s.select,1,ab", 12), ("s.fill.left,,3", 12),
            ("s.fill.left,'',3", 14), ("s.fill.left,$fU,3", 12), ("s.fill.left,x,$fU", 14),
            ("s.index,$var(n)x", 15), ("s.xor", 5), ("s.xor,$nope", -1), ("s.eval", 0),
            ("ip.resolve", 0),
            ("re.subst", 8), ("re.subst,/a/b", 13), ("re.subst,/a", 11), ("re.subst,/a(/b/", 11),
            ("re.subst,/a/b/x", 14), (#"re.subst,/a/\u/"#, 12), ("re.subst,/a/$nope/", 12),
            ("re.subst,/a/b$/", 13), ("s.xor,$", 6), ("s.xor,$(var(a)", 6),
            (#"re.subst,\a\b\"#, 9),
        ])
    func refused(text: String, offset: Int) throws {
        do {
            _ = try Transformation.parse(Array("{{\(text)".utf8).dropFirst(2)) {
                (text: ArraySlice<UInt8>) throws(TransformationError) in
                guard text.elementsEqual("$fU".utf8) || text.elementsEqual("$var(n)".utf8) else {
                    throw TransformationError("There is no such variable.", at: -1)
                }
                return 0
            }
            Issue.record("accepted")
        } catch {
            #expect(error.offset == offset, "\(error.message)")
            #expect(error.message.hasSuffix("."))
        }
    }

    @Test("a replacement has a limit")
    func pieces() {
        func isRefused(_ count: Int) -> Bool {
            let text = "re.subst,/a/" + String(repeating: #"\1"#, count: count) + "/"
            return (try? Transformation.parse(Array(text.utf8)[...]) { _ in 0 }) == nil
        }
        #expect(!isRefused(100))
        #expect(isRefused(101))
    }
}
