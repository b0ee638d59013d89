import Testing
import WireFormats

@Suite("Authorization fields")
struct CredentialsTests {
    private func read(_ text: String) -> Credentials? { Credentials(Array(text.utf8).span) }

    @Test("Bearer: the token's digest; the scheme in any case")
    func bearer() {
        let expected = Credentials.bearer(SHA256(of: "cln_0a-._~+/="))
        #expect(read("Bearer cln_0a-._~+/=") == expected)
        #expect(read("bEaReR   cln_0a-._~+/=") == expected)
    }

    @Test("Basic: name, and the digest of a password in which colons may stand")
    func basic() {
        let expected = Credentials.basic(user: "ops", password: SHA256(of: "s3cr:et"))
        #expect(read("Basic b3BzOnMzY3I6ZXQ=") == expected)
        #expect(read("basic b3BzOnMzY3I6ZXQ=") == expected)
        #expect(read("Basic Og==") == .basic(user: "", password: SHA256(of: "")))
    }

    @Test(
        "anything else is nobody's",
        arguments: [
            "", "Bearer", "Bearer ", "Bearer a b", "Bearer a\tb", "Bearer é", "Bearera", "Digest x",
            "Basic", "Basic YW5u", "Basic YW5uOnMzY3I6ZXQ", "Basic YW5uOnMzY3I6ZXR=",
            "Basic YW5u!nMzY3I6ZXQ=", "Basic =", "Basic ====", "Basic YQ==YQ==", "Basic /zo=",
        ])
    func bad(text: String) {
        #expect(read(text) == nil)
    }

    @Test("a value of more than 1,024 bytes is not looked at")
    func long() {
        let room = Credentials.bytesMax - "Bearer ".utf8.count
        #expect(read("Bearer " + String(repeating: "a", count: room)) != nil)
        #expect(read("Bearer " + String(repeating: "a", count: room + 1)) == nil)
    }
}
