import BrokerSupport
import Foundation
import TestSupport
import Testing

/// The ways out that have receivers of their own kind, from REST, or a script, to the receiver's own
/// bytes.
@Suite("Deliveries by TCP, XML-RPC and RabbitMQ, end to end")
struct TransportDeliveryTests {
    private static let params = #"{"ip":"192.0.2.7","n":-7,"text":"it's \"q\""}"#

    /// Subscribes `socket`, expects it to be listed as it is, and gives its location.
    private func subscribe(
        _ client: JSONClient, _ socket: String, transport: String
    ) throws -> String {
        let made = try client.subscribe("E_DOOR", socket)
        #expect(made.status == 201, "\(made.text)")
        #expect(made.json["socket"] as? String == socket)
        #expect(made.json["transport"] as? String == transport)
        return try #require(made.fields["location"])
    }

    /// What became of a subscription's deliveries, once none is pending.
    private func settled(_ client: JSONClient, _ location: String) throws -> [String: Any] {
        _ = try eventually {
            let counts = try client.deliveries(location)
            return counts["matched"] as? Int ?? 0 > 0 && counts["pending"] as? Int == 0
        }
        return try client.deliveries(location)
    }

    @Test(
        "tcp: and jsonrpc: write an object for each raise, in the bytes of their OpenSIPS",
        arguments: [("tcp", ""), ("jsonrpc", #""id":null,"#)])
    func stream(scheme: String, start: String) throws {
        let service = try RunningService()
        let client = try service.client()
        let messages = StreamMessages(StreamPeer())
        let location = try subscribe(
            client, "\(scheme):127.0.0.1:\(messages.peer.port)/Door.opened", transport: "stream")
        for number in 1...3 { try client.raise("E_DOOR", "[\(number)]") }
        try client.raise("E_DOOR", Self.params)
        for number in 1...3 {
            #expect(
                messages.next()
                    == #"{\#(start)"jsonrpc":"2.0","method":"Door.opened","params":[\#(number)]}"#)
        }
        #expect(
            messages.next()
                == #"{\#(start)"jsonrpc":"2.0","method":"Door.opened","params":\#(Self.params)}"#)
        #expect(messages.connections == 1)
        let counts = try settled(client, location)
        #expect(counts["matched"] as? Int == 4 && counts["delivered"] as? Int == 4)
    }

    @Test("tcp: in request mode counts what the receiver answers; a refusal is a failure")
    func streamRequests() throws {
        let service = try RunningService()
        let client = try service.client()
        let messages = StreamMessages(StreamPeer())
        let location = try subscribe(
            client, "tcp:127.0.0.1:\(messages.peer.port)#mode=request", transport: "stream")
        for answer in [#""result":"OK""#, #""error":{"code":-32601,"message":"no such method"}"#] {
            try client.raise("E_DOOR", Self.params)
            let request = try #require(messages.next())
            let parsed =
                try JSONSerialization.jsonObject(with: Data(request.utf8)) as? [String: Any]
            #expect(parsed?["method"] as? String == "E_DOOR")
            let id = try #require(parsed?["id"] as? Int)
            messages.answer(#"{"jsonrpc":"2.0",\#(answer),"id":\#(id)}"#)
        }
        let counts = try settled(client, location)
        #expect(counts["delivered"] as? Int == 1 && counts["failed"] as? Int == 1, "\(counts)")
    }

    @Test("xmlrpc: calls Python's own server, which reads every value with its type")
    func xmlrpc() throws {
        let service = try RunningService()
        let client = try service.client()
        let receiver = try XMLRPCReceiver()
        let socket = "xmlrpc:127.0.0.1:\(receiver.port):door.opened#layout=values"
        let location = try subscribe(client, socket, transport: "xmlrpc")
        let faulty = try subscribe(
            client, "xmlrpc:127.0.0.1:\(receiver.port):faulty", transport: "xmlrpc")
        try client.raise("E_DOOR", Self.params)
        let calls = receiver.calls(2).map { String($0.drop { $0 != "\"" }) }
        #expect(
            calls.contains(#""door.opened", ["E_DOOR", "192.0.2.7", -7, "it's \"q\""]]"#),
            "\(calls)")
        #expect(try settled(client, location)["delivered"] as? Int == 1)
        #expect(try settled(client, faulty)["failed_by"] as? [String: Int] == ["reply": 1])
    }

    @Test("rabbitmq: publishes to a real broker, and has delivered what the broker confirmed")
    func rabbitmq() throws {
        let broker = try RabbitMQServer.shared()
        let receiver = try RabbitMQClient(port: broker.port)
        let queue = "door.\(UUID().uuidString)"
        try receiver.declareQueue(queue)
        defer { try? receiver.deleteQueue(queue) }
        let service = try RunningService()
        let client = try service.client()
        let socket = "rabbitmq:guest:guest@127.0.0.1:\(broker.port)/persistent?\(queue)"
        let made = try client.subscribe("E_DOOR", socket)
        #expect(made.status == 201, "\(made.text)")
        #expect(made.json["transport"] as? String == "rabbitmq")
        #expect(!made.text.contains("guest:guest"), "a password is nobody's to read")
        let location = try #require(made.fields["location"])
        let raised = try client.raise("E_DOOR", Self.params)
        let message = try #require(try receiver.take(1, from: queue).first)
        #expect(message.body == #"{"jsonrpc":"2.0","method":"E_DOOR","params":\#(Self.params)}"#)
        #expect(message.type == "E_DOOR" && message.deliveryMode == 2)
        #expect(message.messageID == raised.json["id"] as? String)
        #expect(try settled(client, location)["delivered"] as? Int == 1)
        let lost = try client.subscribe(
            "E_DOOR", "rabbitmq:127.0.0.1:\(broker.port)/nobody.\(queue)")
        try client.raise("E_DOOR")
        #expect(
            try settled(client, try #require(lost.fields["location"]))["failed_by"]
                as? [String: Int] == ["unroutable": 1])
    }

    @Test(
        "a startup_route subscribes receivers of every kind, and what a script raises reaches them")
    func script() throws {
        let messages = StreamMessages(StreamPeer())
        let xmlrpc = try XMLRPCReceiver()
        let broker = try RabbitMQServer.shared()
        let queue = "script.\(UUID().uuidString)"
        let receiver = try RabbitMQClient(port: broker.port)
        try receiver.declareQueue(queue)
        defer { try? receiver.deleteQueue(queue) }
        let service = try ScriptService(
            """
            startup_route {
                subscribe_event("E_DOOR", "tcp:127.0.0.1:\(messages.peer.port)/Door.opened");
                subscribe_event("E_DOOR", "xmlrpc:127.0.0.1:\(xmlrpc.port):door.opened#layout=values");
                subscribe_event("E_DOOR", "rabbitmq:127.0.0.1:\(broker.port)/\(queue)");
            }
            route[ring] {
                $avp(attr) = "who";
                $avp(val) = "front";
                raise_event("E_DOOR", $avp(attr), $avp(val));
            }
            """)
        #expect(try service.run("ring").status == 200)
        let body = #""params":{"who":"front"}}"#
        #expect(messages.next() == #"{"jsonrpc":"2.0","method":"Door.opened",\#(body)"#)
        #expect(xmlrpc.calls(1).first?.hasSuffix(#""door.opened", ["E_DOOR", "front"]]"#) == true)
        #expect(
            try receiver.take(1, from: queue).first?.body
                == #"{"jsonrpc":"2.0","method":"E_DOOR",\#(body)"#)
        let isSettled = try eventually {
            try service.client.statistics()["evi:delivered"] == 3
        }
        #expect(isSettled)
    }
}
