internal import EventCore
internal import Net
internal import Transports

extension Carillon {
    /// The table of transports: their order is their number.
    static func transports(
        _ settings: Settings, policy: TargetPolicy
    ) throws(StartError) -> [any Transport] {
        do throws(SystemError) {
            var rpc = RPCSettings()
            rpc.userAgent = "Carillon/\(version)"
            rpc.certificateAuthorityFile = settings.certificateAuthorityFile
            return [try RPCTransport(settings: rpc, policy: policy)]
        } catch {
            throw StartError("A transport cannot be made: \(error)")
        }
    }

    static func policy(
        _ settings: Settings, own: [ListenAddress]
    ) throws(StartError) -> TargetPolicy {
        TargetPolicy()
    }
}
