internal import EventCore
internal import Net
internal import Transports
internal import WireFormats

/// What the settings say about the ways out.
extension Carillon {
    /// What makes transports.
    static func maker(
        _ settings: Settings, policy: TargetPolicy, reopened: ReopenedFiles
    ) throws(StartError) -> TransportMaker {
        var rpc = HTTPSettings()
        rpc.userAgent = "Carillon/\(version)"
        try checkAuthorities(settings)
        rpc.certificateAuthorityFile = settings.certificateAuthorityFile
        var amqp = AMQPSettings()
        amqp.certificateAuthorityFile = settings.certificateAuthorityFile
        return TransportMaker(
            policy: policy, rpc: rpc, delivery: settings.delivery,
            flatstore: try flatstoreSettings(settings), amqp: amqp, reopened: reopened)
    }

    /// The table of transports: their order is their number. Groups come last, for they hold sockets of the others.
    static func transports(
        _ settings: Settings, _ maker: TransportMaker
    ) throws(StartError) -> [any Transport] {
        do throws(SystemError) {
            let plain = try maker.make()
            var virtual = VirtualSettings()
            virtual.failoverMilliseconds = settings.failoverMilliseconds
            virtual.delivery = settings.delivery
            return plain + [
                try VirtualTransport(settings: virtual, siblings: plain) {
                    retries throws(SystemError) in try maker.make(retries: retries)
                }
            ]
        } catch {
            throw StartError("A transport cannot be made: \(error)")
        }
    }

    /// What tests subscribers, each test through a transport of its own, of the kind that has the scheme.
    static func prober(
        _ maker: TransportMaker, _ transports: [any Transport], routes: any RouteControl
    ) -> Prober {
        Prober(routes: routes) { scheme, witness throws(SystemError) in
            guard let transport = transports.first(where: { $0.schemes.contains(scheme) }) else {
                return nil
            }
            return try maker.makeProbe(like: transport, witness)
        }
    }

    /// A file of authorities that cannot be read would fail every call over https, one by one.
    static func checkAuthorities(_ settings: Settings) throws(StartError) {
        if let file = settings.certificateAuthorityFile, !Files.isReadable(file) {
            throw StartError("--ca-file \(file): expected a PEM file that can be read.")
        }
    }

    /// The policy that every transport obeys; `own` learns our listeners once they are bound.
    static func policy(_ settings: Settings, own: OwnListeners) throws(StartError) -> TargetPolicy {
        for directory in settings.unixDirectories where !directory.hasPrefix("/") {
            throw StartError("--unix-directories \(directory): expected an absolute path.")
        }
        do throws(TargetPolicySettingError) {
            return TargetPolicy(
                mode: try TargetPolicy.Mode(parsing: settings.targetPolicy),
                unixDirectories: settings.unixDirectories, ownListeners: own)
        } catch {
            throw StartError("--target-policy \(error)")
        }
    }

    /// Tells the policy where we listen.
    static func note(
        _ bound: [PeerAddress], over network: OwnListeners.Network, in own: OwnListeners
    ) {
        for place in bound {
            guard let address = place.address else { continue }
            own.add(address, port: place.port, over: network)
        }
    }
}
