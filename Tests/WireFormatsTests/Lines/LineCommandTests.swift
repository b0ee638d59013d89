import Testing
import WireFormats

@Suite("Commands in lines")
struct LineCommandTests {
    private func command(_ text: String) throws(LineFault) -> LineCommand {
        try LineCommand(parsing: Array(text.utf8))
    }

    @Test("a name, a reply and a parameter per line; the empty line ends it")
    func plain() throws {
        let read = try command(
            ":event_subscribe:/tmp/reply\nE_DUMMY\nudp:127.0.0.1:8081\n1800\n\nmore\n")
        #expect(
            read
                == LineCommand(
                    name: "event_subscribe", reply: Array("/tmp/reply".utf8),
                    parameters: ["E_DUMMY", "udp:127.0.0.1:8081", "1800"]))
    }

    @Test(
        "blanks, CR and the lack of an end make no difference",
        arguments: [
            ":c:r\n a \t\n  \nb\n\n", ":c:r \r\na\r\n b\r\n\r\n", ":c:r\na\nb", ":c:r\na\nb\n",
        ])
    func blanks(text: String) throws {
        #expect(
            try command(text)
                == LineCommand(name: "c", reply: Array("r".utf8), parameters: ["a", "b"]))
    }

    @Test(
        "quotes hold blanks and lines together; only a quote is escaped",
        arguments: [
            (#"" a ""#, " a "), (#""a \"b\" c\d""#, #"a "b" c\d"#),
            ("\"two\nlines\"", "two\nlines"),
            (#""""#, ""), (#"a "b" c"#, #"a "b" c"#), (#""a"  "#, "a"),
            ("udp:[::1]:5", "udp:[::1]:5"),
        ])
    func quotes(line: String, value: String) throws {
        #expect(try command(":c:\n\(line)\n\n").parameters == [value])
        #expect(try command(":c:\nx\n\(line)\ny\n\n").parameters == ["x", value, "y"])
    }

    @Test(
        "what cannot be a parameter is told with the command's name",
        arguments: ["\"open\n", "\"open\n\n", #""a" b"#, #""a"b"#])
    func malformed(line: String) {
        #expect(throws: LineFault.malformed(command: "c", reply: Array("r".utf8))) {
            _ = try command(":c:r\n\(line)\n\n")
        }
    }

    @Test("the last colon separates: names of commands have colons of their own")
    func names() throws {
        #expect(
            try command(":evi:list:r\n\n") == LineCommand(name: "evi:list", reply: Array("r".utf8)))
        #expect(try command(":evi:list:\n\n") == LineCommand(name: "evi:list"))
    }

    @Test("what is no UTF-8 is no parameter and no command")
    func encoding() {
        #expect(throws: LineFault.malformed(command: "c", reply: [])) {
            _ = try LineCommand(parsing: Array(":c:\n".utf8) + [0xFF, 0x0A, 0x0A])
        }
        #expect(throws: LineFault.notACommand) {
            _ = try LineCommand(parsing: [0x3A, 0xFF, 0x3A, 0x0A])
        }
    }

    @Test(
        "a line that is no header is no command",
        arguments: ["", "\n", "c:r\n", ":c\n", "::r\n", " :c:r\n", ":", "::"])
    func noCommand(text: String) {
        #expect(throws: LineFault.notACommand) { _ = try command(text) }
    }
}

@Suite("Replies in lines and as mi_json")
struct LineReplyTests {
    private let listing = LineReply.ok(
        [
            LineNode(
                "Event", "E_SCRIPT", [.init("id", "4")],
                children: [
                    LineNode(
                        "Subscriber", nil,
                        [.init("socket", "unix:/run/x/u.sock"), .init("expire", "3600")]),
                    LineNode(
                        "Subscriber", nil,
                        [.init("socket", "udp:127.0.0.1:16101"), .init("expire", "never")]),
                ])
        ], isList: true)

    private func lines(_ reply: LineReply) -> String {
        var text: [UInt8] = []
        text.append(lines: reply)
        return String(decoding: text, as: UTF8.self)
    }

    private func json(_ reply: LineReply) -> String {
        var text: [UInt8] = []
        text.append(miJSON: reply)
        return String(decoding: text, as: UTF8.self)
    }

    @Test("lines as OpenSIPS 2.4.11 writes them")
    func asLines() {
        #expect(
            lines(listing)
                == "200 OK\nEvent:: E_SCRIPT id=4\n\tSubscriber::  socket=unix:/run/x/u.sock expire=3600\n\tSubscriber::  socket=udp:127.0.0.1:16101 expire=never\n\n"
        )
        #expect(lines(.ok()) == "200 OK\n\n")
        #expect(lines(LineReply(404, "Event not published")) == "404 Event not published\n\n")
        #expect(
            lines(.ok([LineNode(nil, "which"), LineNode("a:b", "1")]))
                == "200 OK\nwhich\na:b:: 1\n\n")
    }

    @Test("mi_json as OpenSIPS 2.4.11 writes it, its blanks included")
    func asJSON() {
        #expect(
            json(listing)
                == #"{"Event": [{"value":"E_SCRIPT", "attributes":{"id": "4"}, "children":{"Subscriber": [{"attributes":{"socket": "unix:/run/x/u.sock", "expire": "3600"}}, {"attributes":{"socket": "udp:127.0.0.1:16101", "expire": "never"}}]}}]}"#
        )
        #expect(json(.ok()) == "")
        #expect(
            json(LineReply(404, "Event not published"))
                == #"{"error": {"code": 404, "message": "Event not published"}}"#)
        #expect(
            json(.ok([LineNode("Now", "x"), LineNode("Up \"since\"", "y")]))
                == #"{"Now": "x", "Up \"since\"": "y"}"#)
        #expect(json(.ok([LineNode(nil, "which")], isList: true)) == #"{"": [{"value":"which"}]}"#)
    }
}
