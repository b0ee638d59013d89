import BrokerSupport
import EventCore
import Net
import TestSupport

@testable import Transports

extension TransportRow {
    static let rabbitmq = TransportRow(
        testDescription: "rabbitmq",
        make: {
            let servers = NameServers()
            servers.hang("silent")
            var settings = AMQPSettings()
            settings.waitsForBroker = false
            settings.delivery.breaker.firstPauseMilliseconds = 0
            settings.delivery.breaker.pauseMaxMilliseconds = 0
            return try AMQPTransport(
                settings: settings, policy: TargetPolicy(),
                resolver: Resolver(clock: { Moment(boot: 0, wall: 0) }, lookup: servers.look))
        },
        canonical: [
            "rabbitmq:127.0.0.1/k", "rabbitmq:[::1]:9/exchange=e;persistent;tls;vhost=v?k",
            "rabbitmq:bob:s%40cret@Mq.example.org/exchange=e?#timeout=2s&conflate=a,b&format=lines",
        ],
        same: [
            ("rabbitmq:h/e?k", "rabbitmq:guest@H:5672/exchange=e;persistent?k#format=lines"),
            ("rabbitmq:u:one@h/k", "rabbitmq:u:two@h/k"),
            ("rabbitmq:u:p@h/k", "rabbitmq:u:***@h/k"),
        ],
        different: [
            ("rabbitmq:h/k", "rabbitmq:h/e?k"), ("rabbitmq:u@h/k", "rabbitmq:v@h/k"),
            ("rabbitmq:h/k", "rabbitmq:h/vhost=v?k"), ("rabbitmq:h/k", "rabbitmq:h/kk"),
            ("rabbitmq:h/k", "rabbitmq:h:5673/k"),
        ],
        refused: [
            "rabbitmq:h", "rabbitmq:h/", "rabbitmq:h:0/k", "rabbitmq:127.1/k", "rabbitmq:0.0.0.0/k",
            "rabbitmq:user:p@ss%40w:rd@host:5672/ex?k", "rabbitmq:@h/k", "rabbitmq::p@h/k",
            "rabbitmq:h/a%00", "rabbitmq:h/a%0D%0A",
            "rabbitmq:h/" + String(repeating: "k", count: 256),
            "rabbitmq:h/k#format=xml", "rabbitmq:h/k#method=m", "rabbitmq:h/exchange=e;x?k",
        ],
        pending: "rabbitmq:silent/k",
        receiver: {
            let server = try RabbitMQServer.shared()
            let client = try RabbitMQClient(port: server.port)
            let queue = "conformance.\(Clock.boot())"
            try client.declareQueue(queue)
            return (
                "rabbitmq:127.0.0.1:\(server.port)/\(queue)",
                { try? client.take(1, from: queue).first?.body }
            )
        },
        absent: {
            let port = DeadPort()
            return ("rabbitmq:127.0.0.1:\(port.port)/k", port)
        },
        absentOutcome: .failed(.refused))
}
