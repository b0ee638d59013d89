import EventCore
import Net
import TestSupport

@testable import Transports

/// Groups in the conformance suite: of datagrams.
extension TransportRow {
    static let virtual = ["PARALLEL", "FAILOVER", "ROUND-ROBIN"].map { group($0) }

    private static func group(_ policy: String) -> TransportRow {
        let start = "virtual:\(policy) "
        return TransportRow(
            testDescription: "virtual: \(policy)",
            make: {
                @Sendable func member() throws(SystemError) -> DatagramTransport {
                    let servers = NameServers()
                    servers.hang("silent")
                    return try DatagramTransport(
                        policy: TargetPolicy(),
                        resolver: Resolver(
                            clock: { Moment(boot: 0, wall: 0) }, lookup: servers.look))
                }
                var settings = VirtualSettings()
                settings.delivery.retry.retriesMax = 0
                return try VirtualTransport(settings: settings, siblings: [try member()]) {
                    _ throws(SystemError) in [try member()]
                }
            },
            canonical: [
                start + "udp:127.0.0.1:5000",
                start + "udp:[::1]:5000#format=lines unix:/run/a.sock udp:h:5",
            ],
            same: [
                (start + "udp:127.0.0.1:5000", start + " \tudp:127.0.0.1:5000#format=lines "),
                (start + "udp:h:5 /a", start + "udp:H:5 unix:/a"),
            ],
            different: [
                (start + "udp:127.0.0.1:5000", start + "udp:127.0.0.1:500"),
                (start + "udp:h:5", start + "udp:h:5 udp:h:5"),
            ],
            refused: [
                start, start + "udp:h", start + "virtual:PARALLEL udp:h:5", start + "nosuch:h:5",
                start + "udp:h:5,udp:h:6", start + "udp:224.0.0.1:5", "virtual:udp:h:5",
            ],
            pending: start + "udp:silent:5",
            receiver: {
                let receiver = DatagramReceiver()
                return (start + receiver.socketText, { receiver.receive() })
            },
            absent: {
                let dead = DeadPort()
                return (start + "udp:127.0.0.1:\(dead.port)", dead)
            },
            absentOutcome: .failed(.refused))
    }
}
