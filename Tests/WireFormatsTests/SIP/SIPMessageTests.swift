import Testing
import WireFormats

@Suite struct SIPMessageTests {
    @Test("an INVITE says who calls whom, in which call, and brings a body")
    func invite() throws {
        let message = try SIPMessage(parsing: SIPSamples.wire(SIPSamples.invite))
        #expect(message.isRequest)
        #expect(text(message.method) == "INVITE")
        #expect(text(message.requestURIText) == "sip:bob@biloxi.com")
        #expect(text(message.requestURI?.user) == "bob")
        #expect(text(message.requestURI?.host) == "biloxi.com")
        #expect(message.status == nil)
        #expect(message.reason == nil)
        #expect(text(message.from?.displayName) == "Alice")
        #expect(text(message.from?.uriText) == "sip:alice@atlanta.com")
        #expect(text(message.from?.uri?.user) == "alice")
        #expect(text(message.from?.tag) == "1928301774")
        #expect(text(message.to?.uri?.host) == "biloxi.com")
        #expect(!message.hasToTag)
        #expect(text(message.callID) == "a84b4c76e66710")
        #expect(message.cseq?.number == 314_159)
        #expect(text(message.contact()?.uri?.host) == "pc33.atlanta.com")
        #expect(text(message.via()?.parameters["branch"]?.value) == "z9hG4bKnashds8")
        #expect(message.userAgent == nil)
        // Content-Length says 4: the line end behind is none of the body's.
        #expect(text(message.body) == "v=0\r")
        #expect(message.hasBody(ofType: "Application/SDP".utf8))
        #expect(!message.hasBody(ofType: "text/plain".utf8))
    }

    @Test("a reply has a status and a reason, and its CSeq says what it answers")
    func reply() throws {
        let message = try SIPMessage(parsing: SIPSamples.wire(SIPSamples.answered))
        #expect(!message.isRequest)
        #expect(message.status == 200)
        #expect(text(message.reason) == "OK")
        #expect(text(message.method) == "INVITE")
        #expect(message.requestURI == nil)
        #expect(message.hasToTag)
        #expect(!message.hasBody)
        #expect(text(message.via()?.parameters["received"]?.value) == "192.0.2.1")
    }

    @Test(
        "the tortuous INVITE of RFC 4475 is read whole, with either line end",
        arguments: [true, false])
    func tortuous(hasCRLF: Bool) throws {
        let sample = SIPSamples.tortuous
        let message = try SIPMessage(
            parsing: hasCRLF
                ? SIPSamples.wire(sample)
                : Array(sample.utf8.dropLast(8))
                    + Array(
                        repeating: 0x0A, count: 16))
        #expect(text(message.to?.uriText) == "sip:vivekg@chair-dnrc.example.com")
        #expect(text(message.to?.tag) == "1918181833n")
        #expect(text(message.from?.displayName) == #""J Rosenberg \\\"""#)
        #expect(text(message.from?.tag) == "98asjd8")
        #expect(message.cseq?.number == 9)
        #expect(text(message.method) == "INVITE")
        #expect(text(message.value(of: SIPHeaderName("Subject"))) == "")
        #expect(
            text(message.value(of: SIPHeaderName("newfangledheader")))
                == "newfangled value continued newfangled value")
        let unusual = SIPHeaderName("unknownHEADERwithUnusualValue")
        #expect(text(message.value(of: unusual)) == ";;,,;;,;")
        #expect(message.value(of: SIPHeaderName("unknownHEADERwithUnusualWalue")) == nil)
        #expect(message.elements(of: .via).count == 3)
        #expect(text(message.via(at: 0)?.host) == "192.0.2.2")
        #expect(text(message.via(at: 1)?.transport) == "TCP")
        #expect(text(message.via(at: -1)?.parameters["branch"]?.value) == "z9hG4bK30239")
        #expect(text(message.contact()?.displayName) == #""Quoted string \"\"""#)
        #expect(text(message.contact()?.parameters["newparam"]?.value) == "newvalue")
        #expect(message.contact()?.parameters["secondparam"]?.value == .some(nil))
        #expect(text(message.contact()?.parameters["q"]?.value) == "0.33")
        #expect(message.body.count == 150)
    }

    @Test("a field is found by its name in any case and by its compact form")
    func compactForms() throws {
        let forms: [(String, String)] = [
            ("a", "Accept-Contact"), ("b", "Referred-By"), ("c", "Content-Type"),
            ("d", "Request-Disposition"), ("e", "Content-Encoding"), ("f", "From"),
            ("i", "Call-ID"), ("j", "Reject-Contact"), ("k", "Supported"), ("m", "Contact"),
            ("n", "Identity-Info"), ("o", "Event"), ("r", "Refer-To"), ("s", "Subject"),
            ("t", "To"), ("u", "Allow-Events"), ("v", "Via"), ("x", "Session-Expires"),
            ("y", "Identity"),
        ]
        for (letter, name) in forms {
            let short = try SIPMessage(parsing: SIPSamples.request("\(letter): 1"))
            #expect(text(short.value(of: SIPHeaderName(name))) == "1")
            let long = try SIPMessage(parsing: SIPSamples.request("\(name.uppercased()): 1"))
            #expect(text(long.value(of: SIPHeaderName(letter))) == "1")
        }
        let message = try SIPMessage(parsing: SIPSamples.request("l: 0\nz: 1"))
        #expect(text(message.value(of: .contentLength)) == "0")
        #expect(text(message.value(of: SIPHeaderName("Z"))) == "1")
        // Not a letter of ASCII, though its lower seven bits are `f`.
        #expect(message.value(of: SIPHeaderName([0xE6])) == nil)
    }

    @Test("fields of one name are counted from the first or from the last")
    func indexes() throws {
        let message = try SIPMessage(parsing: SIPSamples.request("X-A: 1\nX-B: 2\nx-a: 3, 4\nX-A:"))
        let name = SIPHeaderName("X-A")
        #expect(message.count(of: name) == 3)
        #expect(
            [0, 1, 2, 3].map { text(message.value(of: name, at: $0)) } == ["1", "3, 4", "", nil])
        #expect([-1, -3, -4].map { text(message.value(of: name, at: $0)) } == ["", "1", nil])
        #expect(message.values(of: name).map { text($0) } == ["1", "3, 4", ""])
        #expect(message.elements(of: name).map { text($0) } == ["1", "3", "4"])
        #expect(message.count(of: SIPHeaderName("X")) == 0)
    }

    @Test("names longer than what is packed are compared to their ends")
    func longNames() throws {
        let message = try SIPMessage(
            parsing: SIPSamples.request("X-Twenty-Four-Bytes-Long: 1\nX-Twenty-Four-Bytes-LonG2: 2")
        )
        #expect(text(message.value(of: SIPHeaderName("x-twenty-four-bytes-long"))) == "1")
        #expect(text(message.value(of: SIPHeaderName("x-twenty-four-bytes-LONG2"))) == "2")
        #expect(message.value(of: SIPHeaderName("x-twenty-four-bytes-long3")) == nil)
    }

    @Test("the last line needs no end, and empty lines in front are skipped")
    func pasted() throws {
        let message = try SIPMessage(
            parsing: Array("\n\r\n\nBYE sip:a@b SIP/2.0\nTo: <sip:a@b>;tag=1".utf8))
        #expect(text(message.method) == "BYE")
        #expect(message.hasToTag)
        #expect(!message.hasBody)
    }

    @Test("without Content-Length the body goes to the end, with it as far as it says")
    func bodies() throws {
        let rest = try SIPMessage(parsing: SIPSamples.wire("MESSAGE sip:a@b SIP/2.0\n\na\0b\nc"))
        #expect(text(rest.body) == "a\0b\r\nc")
        let cut = try SIPMessage(
            parsing: SIPSamples.wire("MESSAGE sip:a@b SIP/2.0\nContent-Length: 003\n\nabcdef"))
        #expect(text(cut.body) == "abc")
    }

    @Test("a method's pattern holds several, in any case, and looks at what a reply answers")
    func methods() throws {
        let ends = try #require(SIPMethodPattern("CANCEL|bye".utf8))
        let bye = try SIPMessage(parsing: SIPSamples.wire("BYE sip:a@b SIP/2.0\n\n"))
        let invite = try SIPMessage(parsing: SIPSamples.wire(SIPSamples.invite))
        let answered = try SIPMessage(parsing: SIPSamples.wire(SIPSamples.answered))
        #expect(ends.matches(bye))
        #expect(!ends.matches(invite))
        let call = try #require(SIPMethodPattern("INVITE".utf8))
        #expect(call.matches(answered))
        let lost = try SIPMessage(parsing: SIPSamples.wire("SIP/2.0 200\n\n"))
        #expect(lost.method == nil)
        #expect(!call.matches(lost))
        for text in ["", "|", "BYE|", "B YE", "BYE,ACK"] {
            #expect(SIPMethodPattern(text.utf8) == nil)
        }
    }

    @Test(
        "the start line may have a method of odd characters, a status without a reason, small letters"
    )
    func startLines() throws {
        let odd = "!interesting-Method0123456789_*+`.%indeed'~"
        let request = try SIPMessage(parsing: SIPSamples.wire(odd + " urn:service:sos sip/2.0\n\n"))
        #expect(text(request.method) == odd)
        #expect(text(request.requestURIText) == "urn:service:sos")
        #expect(request.requestURI == nil)
        for (line, reason) in [
            ("SIP/2.0 699", ""), ("SIP/2.0 100 ", ""), ("sip/2.0 486 Busy Here", "Busy Here"),
        ] {
            let reply = try SIPMessage(parsing: SIPSamples.wire(line + "\n\n"))
            #expect(text(reply.reason) == reason)
        }
    }
}
