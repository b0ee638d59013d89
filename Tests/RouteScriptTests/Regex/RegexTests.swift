import RouteScript
import Testing

@Suite struct RegexTests {
    private static func matches(_ pattern: String, _ text: String) throws -> Bool {
        try Regex(Array(pattern.utf8)).matches(Array(text.utf8))
    }

    @Test("what scripts match: methods, prefixes, addresses, in either case")
    func scripts() throws {
        #expect(try Self.matches("^sip:0041[0-9]+@", "sip:0041795550100@example.com"))
        #expect(try !Self.matches("^sip:0041[0-9]+@", "sip:004179555x@example.com"))
        #expect(try Self.matches("friendly-scanner|sipvicious", "User-Agent: Friendly-Scanner"))
        #expect(try Self.matches(#"^192\.0\.2\.[[:digit:]]{1,3}$"#, "192.0.2.77"))
        #expect(try !Self.matches(#"^192\.0\.2\.[[:digit:]]{1,3}$"#, "192.0.2.7777"))
        #expect(try Self.matches("", ""))
        #expect(try Self.matches(#"\bcancel\b"#, "bye, CANCEL"))
    }

    @Test("what was tried in vain at one place is tried again at the next")
    func again() throws {
        #expect(try Self.matches(#"(\<a)+\>"#, "ab a"))
        #expect(try Self.matches(#"(\ba)+$"#, "ab ac a"))
    }

    @Test("case counts where it is asked for")
    func caseCounts() throws {
        let regex = try Regex(Array("^[^a]b$".utf8), ignoresCase: false)
        #expect(regex.matches(Array("Ab".utf8)))
        #expect(!regex.matches(Array("AB".utf8)))
        #expect(try !Self.matches("^[^a]b$", "AB"))
    }

    @Test("bytes are matched, not characters; NUL is a byte like others")
    func bytes() throws {
        #expect(
            try Regex([UInt8(ascii: "^"), 0xFF, UInt8(ascii: "."), UInt8(ascii: "$")]).matches([
                0xFF, 0,
            ]))
        #expect(try Self.matches("^...$", "€"))
    }

    struct Group: Sendable, CustomStringConvertible {
        let pattern: String
        let text: String
        /// The whole match and its groups; `-` for one that took no part.
        let groups: [String]
        var description: String { "\(pattern) on \(text)" }
    }

    @Test(
        "groups are what glibc makes of them",
        arguments: [
            Group(
                pattern: "^sip:([^@:]*)(:[0-9]+)?@(.*)$", text: "sip:bob@a.b",
                groups: ["sip:bob@a.b", "bob", "-", "a.b"]),
            Group(pattern: "(.*)@(.*)", text: "a@b@c", groups: ["a@b@c", "a@b", "c"]),
            Group(pattern: "(a|(b))c", text: "xbc", groups: ["bc", "b", "b"]),
            Group(pattern: "(ab)+", text: "ababa", groups: ["abab", "ab"]),
            Group(pattern: "((a)(b)?)*", text: "aba", groups: ["aba", "a", "a", "b"]),
            Group(pattern: "(a*)*", text: "b", groups: ["", ""]),
            Group(pattern: "(a*)+", text: "aab", groups: ["aa", "aa"]),
            Group(pattern: "x*", text: "aaa", groups: [""]),
            Group(pattern: "b|bc|bcd", text: "abcd", groups: ["bcd"]),
            Group(
                pattern: "(a)(b)(c)(d)(e)(f)(g)(h)(i)", text: "abcdefghi",
                groups: ["abcdefghi", "a", "b", "c", "d", "e", "f", "g", "h", "i"]),
        ])
    func groups(row: Group) throws {
        let text = Array(row.text.utf8)
        func shown(_ groups: [Range<Int>?]?) -> [String] {
            (groups ?? []).prefix(row.groups.count).map { range in
                range.map { String(decoding: text[$0], as: UTF8.self) } ?? "-"
            }
        }
        let ours = try Regex(Array(row.pattern.utf8)).firstMatch(in: text)
        #expect(shown(ours?.groups) == row.groups)
        let theirs = SystemRegex(Array(row.pattern.utf8), ignoresCase: true, lines: false)
        #expect(shown(theirs?.firstMatch(in: text)) == row.groups)
    }

    @Test("a search may begin later, and still knows what is before")
    func later() throws {
        let text = Array("ab ab".utf8)
        let word = try Regex(Array(#"\<ab"#.utf8))
        #expect(word.firstMatch(in: text, from: 0)?.range == 0..<2)
        #expect(word.firstMatch(in: text, from: 1)?.range == 3..<5)
        #expect(try Regex(Array("^ab".utf8)).firstMatch(in: text, from: 3) == nil)
        #expect(try Regex(Array("$".utf8)).firstMatch(in: text, from: 5)?.range == 5..<5)
    }

    @Test(
        "a pattern that is none is refused, with the place of its fault",
        arguments: [
            ("a(b", 1), ("a[b", 1), ("*a", 0), ("a|*", 2), ("(+)", 1), ("{1}", 0), ("^*", 1),
            ("a{", 1), ("a{,}", -1),
            ("a{2,1}", 1), ("a{256}", 4), ("[b-a]", 2), ("[a-[:digit:]]", 2), ("[[:nope:]]", 1),
            ("[[:alpha:", 1), ("[a", 0), ("a\\", 1), (#"(a)\1"#, 3),
            (#"\d"#, 0), (#"a\q"#, 1), ("[[.ab.]]", 1),
        ])
    func refused(pattern: String, offset: Int) throws {
        do {
            _ = try Regex(Array(pattern.utf8))
            // glibc: {,} is {0,}.
            #expect(offset == -1)
        } catch {
            #expect(error.offset == offset)
            #expect(error.message.hasSuffix("."))
        }
    }

    @Test("patterns have limits: bytes, nesting, repetitions, steps")
    func limits() throws {
        func isRefused(_ pattern: String) -> Bool {
            (try? Regex(Array(pattern.utf8))) == nil
        }
        func times(_ count: Int, _ text: String) -> String { String(repeating: text, count: count) }
        #expect(!isRefused("[" + times(4_094, "a") + "]"))
        #expect(isRefused("[" + times(4_095, "a") + "]"))
        #expect(!isRefused(times(999, "a")))
        #expect(isRefused(times(1_000, "a")))
        #expect(!isRefused(times(50, "(") + times(50, ")")))
        #expect(isRefused(times(51, "(") + times(51, ")")))
        #expect(!isRefused("a" + times(50, "*")))
        #expect(isRefused("a" + times(51, "*")))
        #expect(!isRefused("(ab){200}"))
        #expect(isRefused("((abc){255}){255}"))
        // What is empty emits nothing, and still may not be repeated without end.
        #expect(isRefused("((((((){255}){255}){255}){255}){255}){255}"))
    }

    @Test("patterns that make others exponential are matched in time", .timeLimit(.minutes(1)))
    func linear() throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 16_384)
        #expect(try !Regex(Array("(a*)*b".utf8)).matches(text))
        #expect(try !Regex(Array("(a|a|aa)*c$".utf8)).matches(text))
        #expect(try !Regex(Array("^(a+)+$b".utf8)).matches(text))
        let nested = try Regex(Array("(x+x+)+y".utf8)).firstMatch(
            in: text + Array("xxxxxxxxxxxxxxxxxxxxxxxxy".utf8))
        #expect(nested?.range == 16_384..<16_409)
    }
}
