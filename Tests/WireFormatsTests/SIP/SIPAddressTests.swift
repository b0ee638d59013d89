import Testing

@testable import WireFormats

@Suite struct SIPAddressTests {
    @Test(
        "an address is a URI, alone or in brackets with a name before it",
        arguments: [
            // text, name, URI, tag
            ("sip:a@b", nil, "sip:a@b", nil),
            ("  sip:a@b ; tag=x", nil, "sip:a@b", "x"),
            ("sip:a@b;tag=x;lr", nil, "sip:a@b", "x"),
            ("<sip:a@b;tag=inner>", nil, "sip:a@b;tag=inner", nil),
            ("<sip:a@b>;TAG=x", nil, "sip:a@b", "x"),
            ("Alice Smith <sip:a@b>;tag=x", "Alice Smith", "sip:a@b", "x"),
            ("Bell, Alexander <sip:a@b>", "Bell, Alexander", "sip:a@b", nil),
            (#""A <b>; \"c\"" <sip:a@b>"#, #""A <b>; \"c\"""#, "sip:a@b", nil),
            (#"""<sip:a@b>;x=">;tag=no";tag=yes"#, #""""#, "sip:a@b", "yes"),
            ("<tel:+358;postd=pp22>", nil, "tel:+358;postd=pp22", nil),
            ("*", nil, "*", nil),
            ("<sip:a@b>;tag=", nil, "sip:a@b", nil),
            ("<sip:a@b>;tag", nil, "sip:a@b", nil),
        ] as [(String, String?, String, String?)])
    func accepted(text source: String, name: String?, uri: String, tag: String?) throws {
        let address = try #require(SIPAddress(parsing: slice(source)))
        #expect(text(address.displayName) == name)
        #expect(text(address.uriText) == uri)
        #expect(text(address.tag) == tag)
    }

    @Test(
        "what is no address is none",
        arguments: [
            "", " ", "<>", "<sip:a@b", #""Alice <sip:a@b>"#, #""Alice" sip:a@b"#,
            #""Alice" x <sip:a@b>"#, "<sip:a@b> x", "< sip:a@b >", "Alice sip:a@b", ";tag=x",
        ])
    func refused(text: String) {
        #expect(SIPAddress(parsing: slice(text)) == nil)
    }

    @Test("parameters are found by name in any case, with and without values")
    func parameters() {
        let parameters = SIPParameters(slice(#"; a ;B = 1;; c="x;y=\";z" ;=d;e="open"#))
        #expect(parameters.map { text($0.name) } == ["a", "B", "c", "", "e"])
        #expect(parameters.map { text($0.value) } == [nil, "1", #"x;y=\";z"#, "d", "\"open"])
        #expect(text(parameters["b"]?.value) == "1")
        #expect(parameters["A"]?.value == .some(nil))
        #expect(parameters["y"] == nil)
        // A quote within a name or a value begins nothing: it must not hide a tag.
        #expect(text(SIPParameters(slice(#";x";a=b";tag=1"#))["tag"]?.value) == "1")
    }

    @Test("a list has commas between its elements, but not within quotes and brackets")
    func lists() {
        let list = SIPList.elements(slice(#" <sip:a,b@c> ,, "x, \", y" <sip:d>;q=1 , e ,"#))
        #expect(list.map { text($0) } == ["<sip:a,b@c>", #""x, \", y" <sip:d>;q=1"#, "e"])
        #expect(SIPList.elements(slice("")).isEmpty)
        #expect(SIPList.elements(slice("\"a, b")).count == 1)
    }

    @Test("a folded value is one line, with one blank for each fold")
    func folds() {
        #expect(text(slice("a  \r\n\t b\n c\td").unfolded) == "a b c\td")
    }

    @Test("CSeq is a number below 2^31 and a method")
    func cseq() {
        #expect(SIPCSeq(parsing: slice("0009\t INVITE"))?.number == 9)
        #expect(SIPCSeq(parsing: slice("2147483647 ACK"))?.number == 2_147_483_647)
        for source in [
            "", "1", "1INVITE", "INVITE", "2147483648 ACK", "1 AC K",
            "36893488147419103232 REGISTER",
        ] {
            #expect(SIPCSeq(parsing: slice(source)) == nil)
        }
    }

    @Test("a Via is a protocol, a host with a port, and parameters")
    func vias() throws {
        let via = try #require(
            SIPVia(parsing: slice("SIP / 2.0/ TLS [2001:db8::1]:5061 ;rport; branch=x")))
        #expect(text(via.name) == "SIP")
        #expect(text(via.version) == "2.0")
        #expect(text(via.transport) == "TLS")
        #expect(text(via.host) == "[2001:db8::1]")
        #expect(via.port == 5061)
        #expect(via.parameters["rport"]?.value == .some(nil))
        for source in [
            "", "SIP/2.0 a", "SIP/2.0/UDP", "SIP//UDP a", "SIP/2.0/UDP a b", "SIP/2.0/UDP a:99999",
        ] {
            #expect(SIPVia(parsing: slice(source)) == nil)
        }
    }
}
