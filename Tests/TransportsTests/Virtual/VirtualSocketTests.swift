import EventCore
import TestSupport
import Testing

@testable import Transports

@Suite("Virtual sockets")
struct VirtualSocketTests {
    private let parser = VirtualSocketParser(transports: [
        ManualTransport(), ManualTransport(name: "other", schemes: ["other"]),
    ])

    private func parse(_ text: String) throws(SocketError) -> Socket {
        try parser.parse(try SocketText.parse(text))
    }

    @Test(
        "blanks and tabs separate members, which keep their own options; printed with single blanks",
        arguments: [
            ("virtual:PARALLEL manual:1 manual:2", "virtual:PARALLEL manual:1 manual:2"),
            (
                "virtual:FAILOVER \t manual:1#tag=3\tother:2  ",
                "virtual:FAILOVER manual:1#tag=3 other:2"
            ),
            ("virtual:ROUND-ROBIN manual:1 manual:1", "virtual:ROUND-ROBIN manual:1 manual:1"),
        ])
    func printed(given: String, printed: String) throws {
        let socket = try parse(given)
        #expect(socket.detail?.text == printed)
        #expect(try parse(printed).detail?.text == printed)
    }

    @Test("members' secrets are masked where they are shown and kept where they are stored")
    func secrets() throws {
        let detail = try #require(try parse("virtual:PARALLEL manual:key@anna manual:2").detail)
        #expect(detail.text == "virtual:PARALLEL manual:***@anna manual:2")
        #expect(detail.secretText == "virtual:PARALLEL manual:key@anna manual:2")
        #expect(!detail.identity.contains("key"))
    }

    @Test(
        "identity: policy and members; the order matters but for PARALLEL, options and secrets never do"
    )
    func identity() throws {
        func isSame(_ one: String, _ other: String) throws -> Bool {
            try parse("virtual:" + one).sameIdentity(as: try parse("virtual:" + other))
        }
        #expect(try isSame("PARALLEL manual:1 other:2", "PARALLEL  other:2#tag=5 manual:1"))
        #expect(try isSame("PARALLEL manual:key@anna", "PARALLEL manual:anna"))
        #expect(try isSame("FAILOVER manual:1 manual:2", "FAILOVER manual:1#tag=1 manual:2"))
        #expect(try !isSame("FAILOVER manual:1 manual:2", "FAILOVER manual:2 manual:1"))
        #expect(try !isSame("ROUND-ROBIN manual:1 manual:2", "ROUND-ROBIN manual:2 manual:1"))
        #expect(try !isSame("PARALLEL manual:1", "FAILOVER manual:1"))
        #expect(try !isSame("PARALLEL manual:1", "PARALLEL other:1"))
        #expect(try !isSame("PARALLEL manual:1", "PARALLEL manual:1 manual:1"))
        #expect(try !isSame("PARALLEL manual:1 manual:2", "PARALLEL manual:1"))
    }

    @Test(
        "what is none is refused, and the sentence says which member it is",
        arguments: [
            ("virtual:", SocketError.Reason.malformed, "address"),
            ("virtual:PARALLEL", .malformed, "1 to 16 members"),
            ("virtual:parallel manual:1", .malformed, "begins with PARALLEL"),
            ("virtual:PARALLELmanual:1", .malformed, "begins with PARALLEL"),
            ("virtual:manual:1", .malformed, "begins with PARALLEL"),
            ("virtual:PARALLEL manual:1 virtual:PARALLEL manual:2", .unknownScheme, "Member 2"),
            ("virtual:PARALLEL nosuch:1", .unknownScheme, "manual, other"),
            ("virtual:FAILOVER manual:1 manual:13", .unusableAddress, "Member 2"),
            ("virtual:FAILOVER manual:99", .forbidden, "Member 1"),
            ("virtual:FAILOVER manual:1#x=1", .badOption, "Member 1"),
            ("virtual:FAILOVER manual:1 #tag=1", .malformed, "Member 2"),
            (
                "virtual:FAILOVER" + String(repeating: " manual:1", count: 17), .malformed,
                "16 members"
            ),
        ])
    func refused(text: String, reason: SocketError.Reason, words: String) {
        let error = #expect(throws: SocketError.self) { _ = try parse(text) }
        #expect(error?.reason == reason)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    }

    @Test("an option given beside the socket has no place in it")
    func format() throws {
        var text = try SocketText.parse("virtual:PARALLEL manual:1")
        text.options = try SocketText.parse("manual:1#format=lines").options
        let error = #expect(throws: SocketError.self) { _ = try parser.parse(text) }
        #expect(error?.reason == .badOption)
    }

    @Test("tabs stand in virtual sockets only")
    func tabs() {
        #expect(throws: SocketError.self) { _ = try SocketText.parse("manual:1\t") }
        #expect(throws: SocketError.self) {
            _ = try SocketText.parse("virtual:PARALLEL\n manual:1")
        }
    }
}
