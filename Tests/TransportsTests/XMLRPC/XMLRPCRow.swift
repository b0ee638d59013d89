import EventCore
import TestSupport

@testable import Transports

/// XML-RPC in the conformance suite.
extension TransportRow {
    static let xmlrpc = TransportRow(
        testDescription: "xmlrpc",
        make: { try XMLRPCTransport(settings: .quick, policy: TargetPolicy()) },
        canonical: [
            "xmlrpc:127.0.0.1:80:m", "xmlrpc:h:8443/a?b:ns:m#timeout=2s&layout=named&tls=yes",
            "xmlrpc:[::1]:9/:m",
        ],
        same: [
            ("xmlrpc:h:80:m", "xmlrpc:H:80/RPC2:m"),
            ("xmlrpc:h:80:m", "xmlrpc:h:80:m#tls=yes&layout=values"),
        ],
        different: [
            ("xmlrpc:h:80:m", "xmlrpc:h:80:n"), ("xmlrpc:h:80/a:m", "xmlrpc:h:80/b:m"),
            ("xmlrpc:h:80:m", "xmlrpc:h:81:m"),
        ],
        refused: [
            "xmlrpc:h", "xmlrpc:h:80", "xmlrpc:h:80:", "xmlrpc:h:80/a", "xmlrpc:u:p@h:80:m",
            "xmlrpc:0.0.0.0:80:m", "xmlrpc:127.1:80:m", "xmlrpc://h:80:m",
            "xmlrpc:h:80:m#mode=request",
        ],
        pending: nil,
        receiver: {
            let receiver = try LoopbackReceiver { _ in
                .status(200, "<methodResponse><params/></methodResponse>")
            }
            var taken = 0
            return (
                "xmlrpc:127.0.0.1:\(receiver.port):m",
                {
                    taken += 1
                    let requests = receiver.wait(for: taken)
                    return requests.count >= taken ? requests[taken - 1].body : nil
                }
            )
        },
        absent: {
            let port = DeadPort()
            return ("xmlrpc:127.0.0.1:\(port.port):m", port)
        },
        absentOutcome: .failed(.refused),
        payloads: [
            call(
                "E_ONE", "<value>\(member("ip", "127.0.0.1"))</value>",
                "<value>\(member("text", "it's \"q\"\n\u{E9}"))</value>"),
            call("E_TWO", "<value><int>0</int></value>", "<value><int>-5</int></value>"),
            call("E_THREE"),
        ])

    private static func member(_ name: String, _ text: String) -> String {
        "<struct><member>\n<name>\(name)</name>\n<value><string>\(text)</string></value>\n</member></struct>"
    }

    private static func call(_ event: String, _ values: String...) -> String {
        let params = (["<value><string>\(event)</string></value>"] + values)
            .map { "<param>\n\($0)\n</param>\n" }.joined()
        return
            "<?xml version=\"1.0\"?>\n<methodCall>\n<methodName>m</methodName>\n<params>\n\(params)</params>\n</methodCall>"
    }
}

/// XML-RPC among the faults.
extension FaultRow {
    static let xmlrpc = FaultRow(
        testDescription: "xmlrpc",
        make: { change in
            var settings = HTTPSettings.quick
            change(&settings.delivery.queue)
            return try XMLRPCTransport(settings: settings, policy: TargetPolicy())
        },
        socket: { "xmlrpc:127.0.0.1:\($0):m#timeout=\($1)ms" },
        request: FaultPeer.Exchange(
            isWhole: { isWholeHTTP($0) },
            answer: { _, _ in
                let body = "<methodResponse><params/></methodResponse>"
                return Array(
                    "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
            }))
}
