import EventCore
import Net
import TestSupport
import WireFormats

@testable import Transports

/// JSON-RPC over TCP in the conformance suite.
extension TransportRow {
    static let tcp = stream("tcp")
    static let jsonrpc = stream(
        "jsonrpc",
        payloads: [
            #"{"id":null,"jsonrpc":"2.0","method":"E_ONE","params":{"ip":"127.0.0.1","text":"it's \"q\"\n\#u{E9}"}}"#,
            #"{"id":null,"jsonrpc":"2.0","method":"E_TWO","params":[0,-5]}"#,
            #"{"id":null,"jsonrpc":"2.0","method":"E_THREE"}"#,
        ])

    private static func stream(_ scheme: String, payloads: [String]? = nil) -> TransportRow {
        var row = TransportRow(
            testDescription: scheme,
            make: {
                let servers = NameServers()
                servers.hang("silent")
                var settings = StreamSettings()
                settings.delivery.retry.retriesMax = 0
                return try StreamTransport(
                    settings: settings, policy: TargetPolicy(),
                    resolver: Resolver(
                        clock: { Moment(boot: 0, wall: 0) }, lookup: servers.look))
            },
            canonical: [
                "\(scheme):127.0.0.1:5000", "\(scheme):[::1]:5000/m#mode=request&framing=newline",
                "\(scheme):Example.org:5000/A.b#timeout=2s&batch=9",
            ],
            same: [
                ("\(scheme):127.0.0.1:5000/", "\(scheme):127.0.0.1:5000#mode=request"),
                ("\(scheme):h:5/m", "\(scheme):H:5/m"),
            ],
            different: [
                ("\(scheme):127.0.0.1:5000", "\(scheme):127.0.0.10:5000"),
                ("\(scheme):h:5/m", "\(scheme):h:5"), ("\(scheme):h:5/m", "\(scheme):h:5/M"),
                ("tcp:h:5", "jsonrpc:h:5"),
            ],
            refused: [
                "\(scheme):h", "\(scheme):h:0", "\(scheme):h:65536", "\(scheme):h:+5",
                "\(scheme):h:5:m", "\(scheme):127.1:5", "\(scheme):224.0.0.1:5",
                "\(scheme)://h:5", "\(scheme):h:5#format=lines",
            ],
            pending: "\(scheme):silent:5",
            receiver: {
                let peer = StreamPeer()
                let messages = StreamMessages(peer)
                return ("\(scheme):127.0.0.1:\(peer.port)", { messages.next() })
            },
            absent: {
                let port = DeadPort()
                return ("\(scheme):127.0.0.1:\(port.port)", port)
            },
            absentOutcome: .failed(.refused))
        row.payloads = payloads ?? row.payloads
        return row
    }
}

/// Requests over TCP among the faults; what becomes of notifications, nobody tells.
extension FaultRow {
    static let stream = FaultRow(
        testDescription: "stream",
        make: { change in
            var settings = StreamSettings()
            settings.delivery.retry.retriesMax = 0
            change(&settings.delivery.queue)
            return try StreamTransport(
                settings: settings, policy: TargetPolicy(), resolver: Resolver(clock: Clock.now))
        },
        socket: { "tcp:127.0.0.1:\($0)#mode=request&timeout=\($1)ms" },
        request: FaultPeer.Exchange(
            isWhole: { bytes in
                var splitter = StreamSplitter(framing: .none)
                splitter.append(bytes.span)
                return (try? splitter.next()) != nil
            },
            answer: { request, _ in
                let number = NotificationFormat.idNumber(of: request) ?? -1
                return Array(#"{"jsonrpc":"2.0","result":0,"id":\#(number)}"#.utf8)
            }))
}
