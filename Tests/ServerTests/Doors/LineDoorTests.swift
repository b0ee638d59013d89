import Foundation
import Glibc
import Server
import TestSupport
import Testing

@Suite("The line protocol's own")
struct LineDoorTests {
    @Test("the first source document's own command, with the reply directory set to /tmp")
    func sourceDocument() throws {
        let name = "subscribe_reply_fifo"
        // Another run of these tests may have it.
        guard let reader = try? ReplyReader("/tmp/" + name) else {
            print("left out: /tmp/\(name) belongs to somebody else")
            return
        }
        let open = try OpenService { $0.fifoReplyDirectory = "/tmp" }
        _ = try open.client.send("PUT", "/events/E_DUMMY")
        try FIFOPeer.write(
            ":event_subscribe:/tmp/subscribe_reply_fifo\nE_DUMMY\nudp:127.0.0.1:8081\n1800\n\n",
            to: open.fifo)
        #expect(reader.read() == "200 OK\n\n")
        let shown = try open.client.subscribers().first
        #expect(shown?["socket"] as? String == "udp:127.0.0.1:8081")
        #expect(shown?["expire"] as? Int == 1_800)
    }

    @Test("params are pairs if every line is one, else values", arguments: Door.lines)
    func params(door: Door) throws {
        let open = try OpenService()
        let receiver = DatagramReceiver()
        try open.client.subscribe("E_A", receiver.socketText)
        for (lines, params) in [
            (["ip::192.0.2.7", "reason::a::b"], #"{"ip":"192.0.2.7","reason":"a::b"}"#),
            (["plain", "two words"], #"["plain","two words"]"#),
            (["ip::1", "x"], #"["ip::1","x"]"#),
            (["::1"], #"["::1"]"#), (["\"a \\\"quoted\\\" one\""], #"["a \"quoted\" one"]"#),
            (["\"\""], #"[""]"#),
        ] {
            #expect(try open.call("evi:raise", ["E_A"] + lines, through: door) == "200 OK\n\n")
            #expect(
                receiver.receive() == #"{"jsonrpc":"2.0","method":"E_A","params":\#(params)}"#)
        }
        for bad in [#"{"a":{}}"#, "{", "[null]"] {
            #expect(
                try open.call("evi:raise", ["E_A", bad], through: door) == "400 Bad Params\n\n")
        }
    }

    @Test("parameters that cannot be read", arguments: Door.lines)
    func malformed(door: Door) throws {
        let open = try OpenService()
        #expect(
            try open.call("which", ["\"open"], through: door)
                == "400 parse error in command 'which'\n")
    }

    @Test(
        "a value of lines with CR, blanks and a quoted socket subscribes as the plain one does",
        arguments: Door.lines)
    func blanks(door: Door) throws {
        let open = try OpenService()
        _ = try open.client.send("PUT", "/events/E_A")
        let lines = [" E_A\r", "\"udp:[::1]:9\" \r", "", "ignored"]
        #expect(try open.call("event_subscribe", lines, through: door) == "200 OK\n\n")
        #expect(try open.client.subscribers().first?["socket"] as? String == "udp:[::1]:9")
    }
}

@Suite("The FIFO's own")
struct FIFODoorTests {
    @Test("by default it lies in the state directory, private; --no-fifo does without")
    func place() throws {
        let service = try RunningService()
        let path = service.stateDirectory + "/mi.fifo"
        #expect(service.carillon.commandFIFO == path)
        var status = stat()
        #expect(lstat(path, &status) == 0 && status.st_mode == S_IFIFO | 0o600)
        service.stop()
        #expect(lstat(path, &status) != 0)
        let without = try RunningService { $0.fifo = "no" }
        #expect(without.carillon.commandFIFO == nil)
        #expect(lstat(without.stateDirectory + "/mi.fifo", &status) != 0)
    }

    @Test("F14: what is no FIFO of ours refuses the start, untouched, and says how to go on")
    func obstacle() throws {
        let directory = try PrivateDirectory()
        let path = directory.path + "/mi.fifo"
        _ = FileManager.default.createFile(atPath: path, contents: Data("mine".utf8))
        let error = #expect(throws: StartError.self) { try RunningService { $0.fifo = path } }
        #expect("\(error.map { "\($0)" } ?? "")".contains("--no-fifo"))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
        let service = try RunningService { $0.fifo = directory.path + "/other" }
        let second = #expect(throws: StartError.self) {
            try RunningService { $0.fifo = directory.path + "/other" }
        }
        #expect("\(second.map { "\($0)" } ?? "")".contains("another process reads it"))
        service.stop()
    }

    @Test("F12, F13: broken JSON, no request, notifications, unknown methods")
    func json() throws {
        let open = try OpenService()
        for (text, answer) in [
            (
                #"{"a":"#,
                #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}"#
            ),
            (
                #"{"a":"re\set"}"#,
                #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error"},"id":null}"#
            ),
            (
                "[]",
                #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}"#
            ),
            (
                "[1]",
                #"[{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid Request"},"id":null}]"#
            ),
        ] {
            #expect(try open.send(text, through: .fifoJSON) == answer, "\(text)")
        }
        for text in [
            #"{"jsonrpc":"2.0","method":"which"}"#, #"{"jsonrpc":"2.0","method":"nope"}"#,
            #"{"jsonrpc":"2.0","method":"evi:raise","params":{"x":1}}"#,
        ] {
            #expect(try open.send(text, through: .fifoJSON) == nil, "\(text)")
        }
    }

    @Test("F10: a thousand commands of both protocols in one write are answered in order")
    func thousand() throws {
        let open = try OpenService()
        _ = try open.client.send("PUT", "/events/E_A")
        var text = ""
        var expected = ""
        for number in 0..<1_000 {
            switch number % 3 {
            case 0:
                text += ":r:{\"jsonrpc\":\"2.0\",\"method\":\"nope\",\"id\":\(number)}\n"
                expected +=
                    #"{"jsonrpc":"2.0","error":{"code":-32601,"message":"Method not found"},"id":\#(number)}"#
            case 1:
                text += ":event_subscribe:r\nE_A\nudp:127.0.0.1:\(number)\n\n"
                expected += "200 OK\n\n"
            default:
                text += ":c\(number):r\n\n"
                expected += "500 command 'c\(number)' not available\n"
            }
        }
        let reader = try ReplyReader(open.service.stateDirectory + "/r")
        try FIFOPeer.write(text, to: open.fifo)
        var all = ""
        while all.utf8.count < expected.utf8.count {
            let before = all.utf8.count
            guard
                let more = reader.read(
                    deadlineMilliseconds: 10_000,
                    until: { $0.utf8.count + before >= expected.utf8.count })
            else { break }
            all += more
        }
        #expect(all == expected)
        #expect(try open.client.allSubscribers().count == 333)
    }

    @Test("F16: naughty strings, as lines, as parameters and as names, disturb nothing behind them")
    func naughty() throws {
        let open = try OpenService()
        let writer = try FIFOWriter(open.fifo)
        for text in NaughtyStrings.all {
            try writer.write("\(text)\n")
            try writer.write(":which:\n\(text)\n\n")
            try writer.write(":\(text):\n\n")
            try writer.write("::\(text)\n\n")
        }
        try writer.write("\n\n")
        let version = try open.call("version", [], through: .fifoLines)
        #expect(version.hasPrefix("200 OK\nServer:: "))
        #expect(try open.client.subscribers().isEmpty)
        #expect(open.service.endsAskedFor == 0)
    }

    @Test("its counts are statistics")
    func statistics() throws {
        let open = try OpenService()
        _ = try open.call("which", [], through: .fifoLines)
        _ = try open.call("which", [], through: .udpLines)
        let hasCounts = try eventually {
            let all = try open.client.statistics()
            return all["mi_fifo:commands"] == 1 && all["mi_fifo:replies"] == 1
                && all["mi_datagram:received"] == 2 && all["mi_datagram:replies"] == 2
        }
        #expect(hasCounts)
    }
}
