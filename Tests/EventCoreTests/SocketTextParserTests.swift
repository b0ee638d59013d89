import EventCore
import Testing

@Suite("Socket text")
struct SocketTextParserTests {
    @Test("scheme, rest and options are what stands around the first colon and the first hash")
    func parts() throws {
        let text = try SocketText.parse("http://[::1]:80/a:b?c=d#method=a=b&mode=request")
        #expect(text.scheme == "http")
        #expect(text.rest == "//[::1]:80/a:b?c=d")
        #expect(text.options.map(\.name) == ["method", "mode"])
        #expect(text.options.map(\.value) == ["a=b", "request"])
    }

    @Test("a bare path is unix, even with a colon in it")
    func barePath() throws {
        let text = try SocketText.parse("/run/a:b#format=lines")
        #expect(text.scheme == "unix")
        #expect(text.rest == "/run/a:b")
        #expect(text.options.map(\.value) == ["lines"])
    }

    @Test("blanks inside the address are left to the transport")
    func blanks() throws {
        #expect(
            try SocketText.parse("virtual:PARALLEL udp:127.0.0.1:5").rest
                == "PARALLEL udp:127.0.0.1:5")
    }

    static let malformed = [
        "", " ", "udp", "udp:", ":", ":x", "UDP:127.0.0.1:5", "Udp:x", "u-dp:x", "udp1:x", " udp:x",
        "udp#a:b", "#", "udp:#format=json", "abcdefghijklmnopq:x", "udp:a\nb", "udp:a\r\nb",
        "udp:\u{0}",
        "udp:a\u{7F}", "udp:ä", "udp:\u{200B}", "udp:1.2.3.4:٣",
    ]

    @Test(
        "what has no lower-case scheme, no address or other than printable ASCII is malformed",
        arguments: malformed)
    func refused(text: String) {
        #expect(reason(text) == .malformed)
    }

    static let badOptions = [
        "udp:x#", "udp:x#a", "udp:x#=b", "udp:x#A=b", "udp:x#a=b&", "udp:x#&a=b", "udp:x#a=b&a=c",
        "udp:x#1a=b", "udp:x#a b=c",
    ]

    @Test("options are name=value, each name once", arguments: badOptions)
    func refusedOptions(text: String) {
        #expect(reason(text) == .badOption)
    }

    @Test("2,048 bytes, 16 bytes of scheme and 16 options are the most")
    func limits() throws {
        _ = try SocketText.parse("udp:" + String(repeating: "x", count: SocketText.bytesMax - 4))
        #expect(
            reason("udp:" + String(repeating: "x", count: SocketText.bytesMax - 3)) == .malformed)
        _ = try SocketText.parse("abcdefghijklmnop:x")
        let options = (0..<SocketText.optionsMax).map { "o\($0)=" }
        #expect(try SocketText.parse("udp:x#" + options.joined(separator: "&")).options.count == 16)
        #expect(reason("udp:x#" + (options + ["p="]).joined(separator: "&")) == .badOption)
    }

    @Test("no sentence repeats the address: it may hold a secret")
    func secrets() {
        for text in [
            "rabbitmq:u:secret@h/\n", "http://u:secret@h/#x", "SECRET:x",
            "x:secret#a=secret&a=secret",
        ] {
            #expect(throws: SocketError.self) { try SocketText.parse(text) }
            #expect(message(text)?.lowercased().contains("secret") == false)
        }
    }

    private func reason(_ text: String) -> SocketError.Reason? { error(text)?.reason }
    private func message(_ text: String) -> String? { error(text)?.message }

    private func error(_ text: String) -> SocketError? {
        do throws(SocketError) {
            _ = try SocketText.parse(text)
            return nil
        } catch {
            return error
        }
    }
}
