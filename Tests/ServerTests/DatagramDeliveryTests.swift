import Foundation
import TestSupport
import Testing

@Suite("Datagrams, byte for byte")
struct DatagramDeliveryTests {
    let service: RunningService
    let client: JSONClient
    let receiver = DatagramReceiver()

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    @Test(
        "params arrive as OpenSIPS 4 writes them: compact, in order, numbers exact",
        arguments: [
            (nil, nil),
            ("[]", nil),
            ("{}", nil),
            (#"{"ip":"192.0.2.7"}"#, #"{"ip":"192.0.2.7"}"#),
            (#"["three", 2 ,"one"]"#, #"["three",2,"one"]"#),
            (
                #"{"n3":"it's \"q\" back\\slash\nnl\ttab é 1","n2":22,"n1":"v1"}"#,
                #"{"n3":"it's \"q\" back\\slash\nnl\ttab é 1","n2":22,"n1":"v1"}"#
            ),
            ("[0,2147483647,-5]", "[0,2147483647,-5]"),
            (#"["second",""]"#, #"["second",""]"#),
            (
                "[9007199254740993,-9223372036854775808,9223372036854775807]",
                "[9007199254740993,-9223372036854775808,9223372036854775807]"
            ),
            ("[true,false]", "[true,false]"),
            ("[1.5,-0.25,0.1]", "[1.5,-0.25,0.1]"),
            (#"{"z":1,"a":2,"m":3}"#, #"{"z":1,"a":2,"m":3}"#),
            (#"["\u00e9\/\u0041\u0001\u007f"]"#, "[\"é/A\\u0001\u{7F}\"]"),
        ] as [(String?, String?)])
    func json(params: String?, written: String?) throws {
        try client.subscribe("E_SCRIPT", receiver.socketText)
        #expect(try client.raise("E_SCRIPT", params).status == 202)
        let tail = written.map { #","params":\#($0)"# } ?? ""
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_SCRIPT"\#(tail)}"#)
    }

    @Test(
        "the classic lines of OpenSIPS 2",
        arguments: [
            ("{}", ""),
            (#"["three",2,"one"]"#, "three\n2\none\n"),
            (
                #"{"n3":"it's \"q\" back\\slash\nnl","n2":22,"n1":"v1"}"#,
                "n3::\"it's \\\"q\\\" back\\slash\nnl\"\nn2::22\nn1::v1\n"
            ),
            (#"["has \"quotes\" only"]"#, "has \"quotes\" only\n"),
            (#"["second",""]"#, "second\n\n"),
            ("[0,2147483647,-5]", "0\n2147483647\n-5\n"),
            (#"{"k::x":"a::b"}"#, "k::x::a::b\n"),
            ("[true,1.5]", "true\n1.5\n"),
        ])
    func lines(params: String, written: String) throws {
        try client.subscribe("E_SCRIPT", receiver.socketText, #""format":"lines""#)
        try client.raise("E_SCRIPT", params)
        #expect(receiver.receive() == "E_SCRIPT\n" + written + "\n")
    }

    @Test("the format is an option of the subscription, on every surface; a renewal replaces it")
    func formats() throws {
        let other = DatagramReceiver()
        try client.subscribe("E_A", receiver.socketText + "#format=lines")
        _ = try client.mi("event_subscribe", #"["E_A","\#(other.socketText)#format=lines",60]"#)
        try client.raise("E_A", "[1]")
        #expect(receiver.receive() == "E_A\n1\n\n")
        #expect(other.receive() == "E_A\n1\n\n")
        try client.subscribe("E_A", receiver.socketText)
        try client.raise("E_A", "[2]")
        #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_A","params":[2]}"#)
    }

    @Test("UDP over IPv6, by name, UNIX by path (with and without scheme) and abstract")
    func places() throws {
        let directory = NSTemporaryDirectory() + "carillon-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let receivers = [
            DatagramReceiver(.ipv6), DatagramReceiver(.path(directory + "/a")),
            DatagramReceiver(.abstract("carillon-" + UUID().uuidString)),
        ]
        for receiver in receivers {
            #expect(try client.subscribe("E_A", receiver.socketText).status == 201)
        }
        let bare = DatagramReceiver(.path(directory + "/b"))
        let shown = try client.subscribe("E_A", directory + "/b")
        #expect(shown.json["socket"] as? String == "unix:\(directory)/b", "one canonical spelling")
        let named = try client.subscribe("E_A", "udp:localhost:\(receiver.port)")
        #expect(named.json["socket"] as? String == "udp:localhost:\(receiver.port)", "as given")
        #expect(try client.raise("E_A", #"["x"]"#).json["matched"] as? Int == 5)
        for receiver in receivers + [bare, receiver] {
            #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_A","params":["x"]}"#)
        }
    }

    @Test("what a subscriber gets is in the order of the raises")
    func order() throws {
        try client.subscribe("E_A", receiver.socketText)
        try client.subscribe("E_B", receiver.socketText)
        for number in 0..<100 { try client.raise(number % 2 == 0 ? "E_A" : "E_B", "[\(number)]") }
        for number in 0..<100 {
            #expect(receiver.receive()?.hasSuffix(#""params":[\#(number)]}"#) == true)
        }
    }

    @Test("once unsubscribed, by DELETE, expire 0 or MI, nothing arrives")
    func unsubscribed() throws {
        try client.subscribe("E_MARK", receiver.socketText)
        let ways: [(String) throws -> Void] = [
            { _ = try client.send("DELETE", $0) },
            { _ in try client.subscribe("E_A", receiver.socketText, #""expire":0"#) },
            { _ in _ = try client.mi("event_subscribe", #"["E_A","\#(receiver.socketText)",0]"#) },
        ]
        for end in ways {
            let made = try client.subscribe("E_A", receiver.socketText)
            #expect(made.status == 201)
            try end(try #require(made.fields["location"]))
            #expect(try client.raise("E_A").json["matched"] as? Int == 0)
            try client.raise("E_MARK")
            #expect(receiver.receive() == #"{"jsonrpc":"2.0","method":"E_MARK"}"#)
        }
    }

    @Test("addresses of which one begins the other are two subscribers")
    func prefixes() throws {
        // OpenSIPS compares prefixes: 127.0.0.1 was swallowed by 127.0.0.10, and /a by /ab.
        try client.subscribe("E_A", "udp:127.0.0.10:\(receiver.port)")
        #expect(try client.subscribe("E_A", receiver.socketText).status == 201)
        #expect(try client.subscribe("E_A", "unix:/nowhere/ab").status == 201)
        #expect(try client.subscribe("E_A", "unix:/nowhere/a").status == 201)
        try client.raise("E_A")
        #expect(receiver.receive() != nil)
        #expect(try client.subscribers().count == 4)
    }

    @Test("failures are counted by reason, and never keep the others from being told")
    func failures() throws {
        let closed = DatagramReceiver().port
        let file = NSTemporaryDirectory() + "carillon-" + UUID().uuidString
        _ = FileManager.default.createFile(atPath: file, contents: Data("kept".utf8))
        defer { try? FileManager.default.removeItem(atPath: file) }
        func location(_ socket: String) throws -> String {
            try #require(try client.subscribe("E_A", socket).fields["location"])
        }
        let refused = try location("udp:127.0.0.1:\(closed)")
        let missing = try location("unix:/nowhere/at/all")
        let regular = try location("unix:\(file)")
        let directory = try location("unix:/etc")
        let fine = try location(receiver.socketText)
        func reasons(_ location: String) throws -> [String: Int] {
            try client.deliveries(location)["failed_by"] as? [String: Int] ?? [:]
        }
        // A refusal comes back as ICMP: the first datagram is the one that draws it.
        let wasRefused = try eventually {
            try client.raise("E_A")
            return try reasons(refused)["refused"] != nil
        }
        #expect(wasRefused)
        for path in [missing, regular, directory] {
            let counts = try client.deliveries(path)
            #expect(counts["failed"] as? Int == counts["matched"] as? Int)
            #expect(counts["delivered"] as? Int == 0)
        }
        #expect(try reasons(missing)["no_such_path"] != nil)
        #expect(try client.deliveries(fine)["failed"] as? Int == 0)
        #expect(receiver.receive() != nil)
        #expect(
            FileManager.default.contents(atPath: file) == Data("kept".utf8), "the file is untouched"
        )
    }

    @Test("a payload beyond a datagram is that subscriber's failure, too_large; UNIX takes more")
    func tooLarge() throws {
        let path = NSTemporaryDirectory() + "carillon-" + UUID().uuidString
        let local = DatagramReceiver(.path(path))
        let udp = try #require(try client.subscribe("E_A", receiver.socketText).fields["location"])
        try client.subscribe("E_A", local.socketText)
        let text = String(repeating: "x", count: 65_500)
        #expect(try client.raise("E_A", #"["\#(text)"]"#).status == 202)
        let whole = #"{"jsonrpc":"2.0","method":"E_A","params":["\#(text)"]}"#
        #expect(local.receive() == whole)
        #expect(try client.deliveries(udp)["failed_by"] as? [String: Int] == ["too_large": 1])
        let fits = String(repeating: "x", count: 65_507 - (whole.utf8.count - text.utf8.count))
        try client.raise("E_A", #"["\#(fits)"]"#)
        #expect(receiver.receive()?.utf8.count == 65_507)
    }

    @Test("every naughty string arrives byte for byte, in both formats")
    func naughty() throws {
        let lines = DatagramReceiver()
        try client.subscribe("E_A", receiver.socketText)
        try client.subscribe("E_A", lines.socketText + "#format=lines")
        for text in NaughtyStrings.all {
            let value = literal(text)
            #expect(try client.raise("E_A", "[\(value)]").status == 202, "\(value)")
            let json = #"{"jsonrpc":"2.0","method":"E_A","params":[\#(value)]}"#
            #expect(receiver.receiveBytes() == Array(json.utf8), "\(value)")
            let quoted =
                text.utf8.contains(0x0A) ? "\"" + text.replacing("\"", with: "\\\"") + "\"" : text
            #expect(lines.receiveBytes() == Array("E_A\n\(quoted)\n\n".utf8), "\(value)")
        }
        for text in NaughtyStrings.all where NaughtyStrings.canBeName(text) {
            #expect(try client.raise("E_A", "{\(literal(text)):1}").status == 202, "\(text)")
            let json = #"{"jsonrpc":"2.0","method":"E_A","params":{\#(literal(text)):1}}"#
            #expect(receiver.receiveBytes() == Array(json.utf8), "\(text)")
            _ = lines.receiveBytes()
        }
    }
}
