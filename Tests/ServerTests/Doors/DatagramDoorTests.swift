import Foundation
import Glibc
import Net
import Server
import TestSupport
import Testing
import WireFormats

@Suite("The datagram door's own")
struct DatagramDoorTests {
    private static let parseError =
        #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}"#
    private static let invalid =
        #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}"#

    @Test("D01: an empty datagram gets nothing", arguments: [Door.udpJSON, .unixJSON])
    func empty(door: Door) throws {
        let open = try OpenService()
        #expect(try open.send("", through: door) == nil)
    }

    @Test(
        "what stopped OpenSIPS is answered: -32600 with id null",
        arguments: ["{}", "[]", "5", "null", #""x""#, "true"])
    func noRequests(text: String) throws {
        let open = try OpenService()
        for door in [Door.udpJSON, .unixJSON] {
            #expect(try open.send(text, through: door) == Self.invalid)
        }
        #expect(try open.send("no JSON", through: .udpJSON) == Self.parseError)
    }

    @Test("D12: ids and versions that JSON-RPC does not know")
    func oddRequests() throws {
        let open = try OpenService()
        for member in [
            #""id":{}"#, #""id":[1]"#, #""id":true"#, #""id":1.5"#, #""id":null"#,
            #""id":1,"jsonrpc":"1.0""#, #""id":1,"method":1"#,
        ] {
            var text = "{" + member
            if !member.contains("jsonrpc") { text += #","jsonrpc":"2.0""# }
            if !member.contains("method") { text += #","method":"which""# }
            #expect(try open.send(text + "}", through: .udpJSON) == Self.invalid, "\(member)")
        }
    }

    @Test("D02: 65,507 bytes of JSON are handled")
    func large() throws {
        let open = try OpenService()
        let start = #"{"jsonrpc":"2.0","method":"core:version","id":1,"x":""#
        let text = start + String(repeating: "y", count: 65_507 - start.utf8.count - 2) + "\"}"
        #expect(text.utf8.count == 65_507)
        #expect(
            try open.send(text, through: .udpJSON)
                == #"{"jsonrpc":"2.0","result":{"Server":"Carillon 0.1.0"},"id":1}"#)
    }

    @Test("D04: a reply that does not fit is an error with the call's id, never silence")
    func tooLarge() throws {
        let open = try OpenService()
        for start in stride(from: 1, through: 1_500, by: 50) {
            let calls = (start..<start + 50).map {
                #"{"jsonrpc":"2.0","method":"evi:subscribe","params":["E_PIKE_BLOCKED","udp:127.0.0.1:\#($0)"]}"#
            }
            #expect(try open.client.mi("[" + calls.joined(separator: ",") + "]").status == 204)
        }
        let call = #"{"jsonrpc":"2.0","method":"subscribers_list","id":"a"}"#
        let error = #"{"jsonrpc":"2.0","error":{"code":500,"message":"Reply too large""#
        let one = try open.send(call, through: .udpJSON) ?? ""
        #expect(one.hasPrefix(error) && one.hasSuffix(#","id":"a"}"#))
        let batch = #"[\#(call),{"jsonrpc":"2.0","method":"version","id":2}]"#
        let both = try open.send(batch, through: .unixJSON) ?? ""
        #expect(both.hasPrefix("[" + error) && both.hasSuffix(#","id":2}]"#))
        #expect(
            try open.call("subscribers_list", [], through: .udpLines) == "500 Reply too large\n\n")
        #expect(try open.call("subscribers_list", [], through: .fifoLines).utf8.count > 65_507)
    }

    @Test("D11: a batch of more than 64 calls is refused as a whole")
    func batch() throws {
        let open = try OpenService()
        let call = #"{"jsonrpc":"2.0","method":"nope","id":1}"#
        let many = "[" + Array(repeating: call, count: 1_000).joined(separator: ",") + "]"
        #expect(try open.send(many, through: .udpJSON) == Self.invalid)
    }

    @Test("D06: a sender that is not listed hears nothing; it is counted")
    func sources() throws {
        let open = try OpenService { $0.miDatagramSources = ["192.0.2.0/24", "::1"] }
        let socket = DatagramReceiver()
        #expect(socket.send(":raise_event:\nE_PIKE_BLOCKED\n\n", to: open.udpAddress()))
        let isRefused = try eventually {
            try open.client.statistics()["mi_datagram:refused"] == 1
        }
        #expect(isRefused)
        #expect(try open.client.statistics()["evi:raised"] == 0)
        #expect(socket.receiveNow() == nil)
        #expect(
            try open.send(#"{"jsonrpc":"2.0","method":"version","id":1}"#, through: .unixJSON)
                != nil)
    }

    @Test("D09: another user's datagrams are refused, even where the socket was opened to it")
    func otherUser() throws {
        let open = try OpenService()
        chmod(open.directory.path + "/mi.dgram", 0o666)
        guard try raiseAsNobody(open) else { return }
        let isRefused = try eventually {
            try open.client.statistics()["mi_datagram:refused"] == 1
        }
        #expect(isRefused)
        #expect(try open.client.statistics()["evi:raised"] == 0)
    }

    @Test("a user that the settings name can open the socket, and does what they say")
    func namedUser() throws {
        let open = try OpenService { $0.unixUsers = ["65534=raise:E_PIKE_BLOCKED"] }
        guard try raiseAsNobody(open) else { return }
        #expect(try eventually { try open.client.statistics()["evi:raised"] == 1 })
    }

    /// Raises an event as the user 65534; false, and says so, where that cannot be done here.
    private func raiseAsNobody(_ open: OpenService) throws -> Bool {
        guard geteuid() == 0, access("/usr/bin/setpriv", X_OK) == 0,
            access("/usr/bin/python3", X_OK) == 0
        else {
            print("left out: only root can become another user, with setpriv and python3")
            return false
        }
        chmod(open.directory.path, 0o755)
        let python = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.sendto(b'{"jsonrpc":"2.0","method":"raise_event","params":["E_PIKE_BLOCKED"]}', sys.argv[1])
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = [
            "--reuid", "65534", "--clear-groups", "/usr/bin/python3", "-c", python,
            open.directory.path + "/mi.dgram",
        ]
        try process.start()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return true
    }

    @Test("it does not listen beyond loopback unless told --insecure; bad settings are named")
    func settings() throws {
        for (address, word) in [
            ("0.0.0.0:0", "--insecure"), ("127.evil.example:0", "--insecure"),
            ("127.0.0.1", "--mi-datagram"), ("udp:x", "--mi-datagram"),
        ] {
            let error = #expect(throws: StartError.self) {
                try RunningService { $0.miDatagram = [address] }
            }
            #expect("\(error.map { "\($0)" } ?? "")".contains(word), "\(address)")
        }
        let error = #expect(throws: StartError.self) {
            try RunningService { $0.miDatagramSources = ["10.0.0.1/8"] }
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("--mi-datagram-source"))
        let open = try RunningService {
            $0.miDatagram = ["0.0.0.0:0"]
            $0.insecure = true
        }
        open.stop()
    }

    @Test("a UNIX datagram beyond 64 KB is an error in its own protocol, never cut and run")
    func tooLong() throws {
        let open = try OpenService()
        let text = String(repeating: "x", count: 65_536)
        let error = try open.send(#"{"jsonrpc":"2.0","id":1,"x":""# + text, through: .unixJSON)
        #expect(error?.contains(#""code":-32600"#) == true && error?.contains("65536") == true)
        #expect(
            try open.send(":which:\n" + text, through: .unixLines) == "400 Datagram too long\n\n")
    }

    @Test("a link to our own socket lets nobody give commands as us")
    func ownSocketByLink() throws {
        let open = try OpenService()
        let link = open.directory.path + "/link"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: open.directory.path + "/mi.dgram")
        // An event called as a command: its notification is a call of it.
        #expect(try open.client.subscribe("kill", "unix:" + link).status == 201)
        #expect(try open.client.raise("kill").status == 202)
        let isRefused = try eventually {
            try open.client.statistics()["mi_datagram:refused"] == 1
        }
        #expect(isRefused && open.service.endsAskedFor == 0)
    }

    @Test("no address of this host leads a notification to a port that is open on all of them")
    func everyAddress() throws {
        let service = try RunningService {
            $0.listen = ["0.0.0.0:0"]
            $0.miDatagram = ["0.0.0.0:0"]
            $0.insecure = true
        }
        let udp = try #require(service.carillon.listening.first { $0.hasPrefix("udp:") })
        let port = try #require(udp.split(separator: ":").last)
        for address in HostAddresses.ipv4.map({ IPAddress.v4($0) }) {
            for socket in ["udp:\(address):\(port)", "http://\(address):\(service.port)/mi"] {
                let answer = try service.client().subscribe("raise_event", socket)
                #expect(answer.status == 422, "\(socket): \(answer.text)")
            }
        }
        #expect(try service.client().subscribe("E_A", "udp:198.51.100.1:\(port)").status == 201)
    }

    @Test("a subscription that leads to a port opened since is not taken up again")
    func restoredToOwnPort() throws {
        let receiver = DatagramReceiver()
        let first = try RunningService()
        try first.client().subscribe("raise_event", receiver.socketText)
        try first.client().subscribe("E_A", "udp:127.0.0.1:9")
        first.stop()
        let port = receiver.port
        withExtendedLifetime(consume receiver) {}
        let recorder = LineRecorder()
        let second = try RunningService(stateDirectory: first.stateDirectory, log: recorder.log) {
            $0.miDatagram = ["127.0.0.1:\(port)"]
        }
        let sockets = try second.client().subscribers().compactMap { $0["socket"] as? String }
        #expect(sockets == ["udp:127.0.0.1:9"])
        #expect(recorder.lines.contains { $0.contains("not restored: This service itself") })
    }

    @Test(
        "notifications never go to our own ports: an event called raise_event cannot raise itself")
    func ownPorts() throws {
        let open = try OpenService()
        let udp = try #require(open.service.carillon.listening.first { $0.hasPrefix("udp:") })
        let unix = "unix:" + open.directory.path + "/mi.dgram"
        for socket in [udp, unix] {
            let answer = try open.client.subscribe("raise_event", socket)
            #expect(answer.status == 422 || answer.status == 403, "\(answer.text)")
        }
        let named = try #require(udp.split(separator: ":").last.map { "udp:localhost:\($0)" })
        #expect(try open.client.subscribe("raise_event", named).status == 201)
        try open.client.raise("raise_event", #"{"event":"raise_event"}"#)
        let isDropped = try eventually { try open.client.statistics()["evi:failed_forbidden"] == 1 }
        #expect(isDropped)
        #expect(try open.client.statistics()["mi_datagram:received"] == 0)
    }

    @Test("noise of every size is survived")
    func noise() throws {
        let open = try OpenService()
        var random = SeededRandom(seed: 10)
        let address = open.udpAddress()
        let socket = DatagramReceiver()
        for _ in 0..<2_000 {
            let count = Int.random(in: 0..<600, using: &random)
            var bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            if Bool.random(using: &random) { bytes.insert(UInt8(ascii: ":"), at: 0) }
            #expect(socket.send(bytes, to: address))
        }
        #expect(
            try open.call("version", [], through: .udpLines)
                == "200 OK\nServer:: Carillon 0.1.0\n\n")
    }
}
