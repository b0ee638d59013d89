public import EventCore
public import Glibc

/// Which addresses Carillon may send to: subscribing means "make this host send packets there".
///
/// Judged on the address that is really sent or connected to, for every transport; literal addresses also when a
/// socket is parsed, so that the subscriber learns of it at once.
public struct TargetPolicy: Sendable {
    /// The setting `target-policy`.
    public enum Mode: Sendable, Equatable {
        /// Everything, multicast and broadcast included.
        case any
        /// Everything that can receive, but not where clouds keep their credentials.
        case noMetadata
        /// Only addresses that are global on the Internet.
        case publicOnly
        /// Only these blocks.
        case listed([AddressBlock])
    }

    /// What the policy says about an address.
    public enum Verdict: Sendable, Equatable {
        case allowed
        /// Such an address never receives: refused in every mode but `any`.
        case unusable
        /// This mode refuses it.
        case forbidden
    }

    /// The mode.
    public let mode: Mode
    /// Directories below which UNIX sockets may be sent to; empty = anywhere, and abstract names too.
    public let unixDirectories: [String]
    /// Our own listeners: calling them would be a loop.
    public let ownListeners: OwnListeners

    /// A policy.
    public init(
        mode: Mode = .noMetadata, unixDirectories: [String] = [],
        ownListeners: OwnListeners = OwnListeners()
    ) {
        self.mode = mode
        self.unixDirectories = unixDirectories.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
        self.ownListeners = ownListeners
    }

    /// Judges an address. IPv6 that only wraps IPv4 is judged by what it wraps.
    public func verdict(on address: IPAddress) -> Verdict {
        if case .any = mode { return .allowed }
        let address = address.embeddedIPv4.map { IPAddress.v4($0) } ?? address
        if case .v6(let high, _) = address, high >> 56 == 0, !address.isLoopback {
            // RFC 4291 §2.4: 0000::/8 is reserved, loopback apart.
            return .unusable
        }
        if AddressBlock.neverReceiving.contains(where: { $0.contains(address) }) { return .unusable }
        let isAllowed =
            switch mode {
            case .any: true
            case .noMetadata: !AddressBlock.metadata.contains { $0.contains(address) }
            case .publicOnly: !AddressBlock.notGlobal.contains { $0.contains(address) }
            case .listed(let blocks): blocks.contains { $0.contains(address) }
            }
        return isAllowed ? .allowed : .forbidden
    }

    /// Whether a stream may be opened to this address; judged when libcurl or a transport connects.
    public func allows(_ address: UnsafePointer<sockaddr>) -> Bool {
        guard let host = IPAddress(address), verdict(on: host) == .allowed else { return false }
        return !ownListeners.contains(host, port: IPAddress.port(of: address))
    }

    /// Judges a socket's literal host, if it is one. `isStream` where a TCP connection would be made.
    /// Throws `.unusableAddress` or `.forbidden`.
    public func checkLiteral(_ target: HostPort, isStream: Bool = true) throws(SocketError) {
        guard case .address(let address) = target.host else { return }
        switch verdict(on: address) {
        case .allowed:
            if isStream && ownListeners.contains(address, port: target.port) {
                throw SocketError(.unusableAddress, "This is Carillon's own address: it would call itself.")
            }
        case .unusable:
            throw SocketError(
                .unusableAddress,
                "\(address) never receives: it is link-local, multicast, broadcast or unspecified.")
        case .forbidden:
            throw SocketError(.forbidden, "The setting target-policy does not allow \(address).")
        }
    }

    /// Judges a UNIX socket's path; abstract names begin with `@`. Throws `.forbidden`.
    public func checkUnix(_ path: String) throws(SocketError) {
        guard unixDirectories.isEmpty || unixDirectories.contains(where: { path.hasPrefix($0) }) else {
            throw SocketError(
                .forbidden, "The setting unix-directories does not allow this UNIX socket.")
        }
    }
}
