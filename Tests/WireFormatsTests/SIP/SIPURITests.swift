import Testing
import WireFormats

@Suite struct SIPURITests {
    struct Row: Sendable, CustomStringConvertible {
        let description: String
        var user: String?
        var password: String?
        var host: String?
        var port: Int?
        var parameters = ""
        var headers: String?
    }

    static let rows = [
        Row(description: "sip:alice@atlanta.com", user: "alice", host: "atlanta.com"),
        Row(
            description: "sip:alice:secretword@atlanta.com;transport=tcp", user: "alice",
            password: "secretword",
            host: "atlanta.com", parameters: ";transport=tcp"),
        Row(
            description: "SIPS:alice@atlanta.com?subject=project%20x&priority=urgent",
            user: "alice",
            host: "atlanta.com", headers: "subject=project%20x&priority=urgent"),
        Row(
            description: "sip:+1-212-555-1212:1234@gateway.com;user=phone", user: "+1-212-555-1212",
            password: "1234", host: "gateway.com", parameters: ";user=phone"),
        Row(description: "sip:atlanta.com", host: "atlanta.com"),
        Row(
            description: "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
            host: "atlanta.com",
            parameters: ";method=REGISTER", headers: "to=alice%40atlanta.com"),
        Row(
            description: "sip:alice;day=tuesday@atlanta.com", user: "alice;day=tuesday",
            host: "atlanta.com"),
        Row(
            description: "sip:a?b/c@[2001:db8::9:1]:5070;lr", user: "a?b/c",
            host: "[2001:db8::9:1]",
            port: 5070, parameters: ";lr"),
        Row(description: "sip:user@my_host:0", user: "user", host: "my_host", port: 0),
        Row(description: "sip:a@192.0.2.4:65535", user: "a", host: "192.0.2.4", port: 65535),
        Row(
            description: "tel:+1-201-555-0123;phone-context=example.com", user: "+1-201-555-0123",
            parameters: ";phone-context=example.com"),
    ]

    @Test("a URI is taken apart", arguments: rows)
    func accepted(row: Row) throws {
        let uri = try #require(SIPURI(parsing: slice(row.description)))
        #expect(text(uri.user) == row.user)
        #expect(text(uri.password) == row.password)
        #expect(text(uri.host) == row.host)
        #expect(uri.port == row.port)
        #expect(text(uri.parameters.text) == row.parameters)
        #expect(text(uri.headers) == row.headers)
    }

    @Test(
        "what is no URI of telephony is none",
        arguments: [
            "", "sip", "sip:", "http://a", "sip:@a", "sip:a@", "sip:a@b@c", "sip:a@b:65536",
            "sip:a@b:", "sip:a@b:5o", "sip:a@b c", "<sip:a@b>", "sip:a@[::1", "sip:a@[]",
            "sip:a@[x]",
            "sip:a@b/c", "tel:", "tel:;a", "sip:a@b;x=\"y\"", "sip:a\u{7F}@b", "sipx:a",
        ])
    func refused(text: String) {
        #expect(SIPURI(parsing: slice(text)) == nil)
    }

    @Test("a URI without a port has the one of its scheme")
    func ports() {
        #expect(SIPURI(parsing: slice("sip:a"))?.effectivePort == 5060)
        #expect(SIPURI(parsing: slice("sips:a"))?.effectivePort == 5061)
        #expect(SIPURI(parsing: slice("sip:a:1"))?.effectivePort == 1)
        #expect(SIPURI(parsing: slice("tel:1"))?.effectivePort == nil)
    }
}
