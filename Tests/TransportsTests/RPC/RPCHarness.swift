import EventCore
import Foundation
import Net
import TestSupport
import Testing

@testable import Transports

/// JSON-RPC over HTTP whose retries and breakers do not keep a test waiting.
final class RPCHarness: TransportHarness<RPCTransport> {
    init(policy: TargetPolicy = TargetPolicy(), _ change: (inout HTTPSettings) -> Void = { _ in })
        throws
    {
        var settings = HTTPSettings()
        settings.delivery.retry.firstDelayMilliseconds = 20
        settings.delivery.breaker.firstPauseMilliseconds = 20
        settings.delivery.breaker.pauseMaxMilliseconds = 50
        change(&settings)
        try super.init(policy: policy) { [settings] policy in
            try RPCTransport(settings: settings, policy: policy)
        }
    }
}
