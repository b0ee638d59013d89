import Foundation
import TestSupport
import Testing

@Suite("Answers that wait for the disk")
struct PipeliningTests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    private func post(_ port: Int) -> [UInt8] {
        let body = #"{"event":"E_A","socket":"udp:127.0.0.1:\#(port)"}"#
        return client.request("POST", "/subscriptions", bytes: Array(body.utf8))
    }

    @Test("pipelined requests are answered in their order, each seeing what went before")
    func order() throws {
        let pairs = 1...200
        var bytes: [UInt8] = []
        for port in pairs {
            bytes += post(port) + client.request("GET", "/subscriptions/\(port)")
        }
        try client.write(bytes)
        for port in pairs {
            let created = try client.read()
            #expect(created.status == 201)
            #expect(created.json["id"] as? String == "\(port)")
            let shown = try client.read()
            #expect(shown.status == 200)
            #expect(shown.json["socket"] as? String == "udp:127.0.0.1:\(port)")
        }
    }

    @Test("a batch of MI changes is answered at once, in order, when all of it is on disk")
    func batch() throws {
        _ = try client.send("PUT", "/events/E_A")
        let calls = (1...64).map {
            #"{"jsonrpc":"2.0","method":"evi:subscribe","params":["E_A","udp:127.0.0.1:\#($0)"],"id":\#($0)}"#
        }
        let answer = try client.mi("[" + calls.joined(separator: ",") + "]")
        let replies = (1...64).map { #"{"jsonrpc":"2.0","result":"OK","id":\#($0)}"# }
        #expect(answer.text == "[" + replies.joined(separator: ",") + "]")
        #expect(try client.subscribers().count == 64)
    }

    @Test("a client that resets while its answer waits takes nothing with it")
    func reset() throws {
        for port in 1...50 {
            let one = try service.client()
            one.resetsWhenClosed()
            try one.write(post(port) + post(port + 1_000))
        }
        let isDone = try eventually { try client.statistics()["http:connections"] == 1 }
        #expect(isDone)
        #expect(try client.subscribe("E_B", "udp:127.0.0.1:1").status == 201)
        #expect(try client.statistics()["store:waiting"] == 0)
    }

    @Test("half-closing after the request still gets the whole answer")
    func halfClose() throws {
        try client.write(post(1))
        client.halfClose()
        #expect(try client.read().status == 201)
        #expect(client.reachesEnd())
    }
}
