import Testing

@testable import Transports

@Suite("XML-RPC responses")
struct XMLRPCReplyTests {
    private func read(_ text: String) -> XMLRPCReply { XMLRPCReply(parsing: Array(text.utf8)) }

    private func fault(_ members: String) -> String {
        "<?xml version='1.0'?><methodResponse><fault><value><struct>\(members)</struct></value></fault></methodResponse>"
    }

    @Test(
        "whatever a procedure returns, it returned",
        arguments: [
            "<methodResponse><params><param><value><string>South Dakota</string></value></param></params></methodResponse>",
            "<?xml version='1.0' encoding='ISO-8859-1'?>\n<methodResponse>\n<params>\n<param><value/></param>\n</params>\n</methodResponse>\n",
            "<methodResponse><params><param><value><struct><member><name>faultCode</name><value><int>1</int></value></member></struct></value></param></params></methodResponse>",
            "<methodResponse><params/></methodResponse>",
            "\u{FEFF}<!-- ok --><methodResponse><params><param><value><nil/></value></param></params></methodResponse>",
        ])
    func results(text: String) {
        #expect(read(text) == .result)
    }

    @Test("a fault has its code and its words, in whatever order and types")
    func faults() {
        let code = "<member><name>faultCode</name><value><int>4</int></value></member>"
        let words =
            "<member><name>faultString</name><value><string>Too &lt;many&gt; &amp; &#233;</string></value></member>"
        let expected = XMLRPCReply.fault(code: 4, text: "Too <many> & \u{E9}")
        #expect(read(fault(code + words)) == expected)
        #expect(read(fault(words + code)) == expected)
        #expect(
            read(
                fault(
                    """
                    <member>\n <value>\n  <i4> 4 </i4>\n </value>\n <name> faultCode </name>\n</member>
                    <member><name>faultString</name><value>plain</value></member>
                    """)) == .fault(code: 4, text: "plain"))
        #expect(
            read(fault(code + "<member><name>faultString</name><value/></member>"))
                == .fault(code: 4, text: ""))
    }

    @Test(
        "a fault without code or words is no response",
        arguments: [
            "", "<member><name>faultCode</name><value><int>4</int></value></member>",
            "<member><name>faultCode</name><value><int>x</int></value></member><member><name>faultString</name><value>a</value></member>",
        ])
    func poorFaults(members: String) {
        #expect(
            read(fault(members))
                == .invalid("expected a fault to have a faultCode and a faultString"))
    }

    @Test(
        "anything else is no response",
        arguments: [
            "", "OK", "<html></html>", "<methodResponse/>", "<methodResponse>",
            "<methodResponse><params></methodResponse>",
            "<methodResponse><result/></methodResponse>",
            "<methodResponse><params/><fault/></methodResponse>",
            "<methodResponse><params/></methodResponse>x",
            "<methodResponse><params/></methodResponse><a/>",
            "<methodCall><methodName>m</methodName></methodCall>",
            "<methodResponse><params>\u{0}</params></methodResponse>",
            "<methodResponse><params>&undefined;</params></methodResponse>",
        ])
    func invalid(text: String) {
        guard case .invalid = read(text) else {
            Issue.record("taken for a response: \(text)")
            return
        }
    }

    @Test("bytes that are not UTF-8 are no response")
    func encoding() {
        let start = Array("<methodResponse><params>".utf8)
        let reply = XMLRPCReply(parsing: start + [0xFF] + Array("</params></methodResponse>".utf8))
        guard case .invalid(let words) = reply else {
            Issue.record("taken for a response")
            return
        }
        #expect(words.hasPrefix("no XML at line 1, "))
    }

    @Test("entities of the peer's own are refused before they cost anything")
    func entities() {
        var text = "<?xml version='1.0'?><!DOCTYPE lolz [<!ENTITY a0 'lol'>"
        for level in 1...20 {
            let inner = String(repeating: "&a\(level - 1);", count: 10)
            text += "<!ENTITY a\(level) '\(inner)'>"
        }
        text += "]><methodResponse><params>&a20;</params></methodResponse>"
        #expect(read(text) == .invalid("expected no document type declaration"))
        #expect(
            read(
                "<!DOCTYPE x SYSTEM 'file:///etc/passwd'><methodResponse><params/></methodResponse>"
            )
                == .invalid("expected no document type declaration"))
    }

    @Test("64 elements inside each other are read, one more is refused")
    func depth() {
        func nested(_ count: Int) -> String {
            "<methodResponse><params>" + String(repeating: "<a>", count: count - 2)
                + String(repeating: "</a>", count: count - 2) + "</params></methodResponse>"
        }
        #expect(read(nested(64)) == .result)
        #expect(read(nested(65)) == .invalid("expected at most 64 elements in each other"))
        #expect(read(nested(9_000)) == .invalid("expected at most 64 elements in each other"))
    }
}
