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

/// A port of 127.0.0.1 on which nobody listens: bound, so that nobody else gets it, and never listened on.
final class ClosedPort {
    let number: UInt16
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        try #require(isBound)
        self.descriptor = descriptor
        number = UInt16(bigEndian: address.sin_port)
    }

    deinit {
        close(descriptor)
    }
}
