public import EventCore
internal import Glibc
internal import Synchronization
public import WireFormats

/// Where this host may be made to send: judged on literal addresses when a socket is parsed, and on
/// every address a name resolved to when something is sent or a connection is opened, never on the
/// text alone.
///
/// A value without I/O, the same for all transports. Its copies share what `replace` changes; any
/// thread.
public struct TargetPolicy: Sendable {
    /// Which addresses may be sent to.
    public enum Mode: Sendable, Equatable {
        /// Whatever the kernel is willing to send to.
        case any
        /// Every unicast address but link-local ones and those where clouds serve credentials. The
        /// default.
        case noMetadata
        /// Only addresses of the Internet: neither loopback nor private ones.
        case publicOnly
        /// Only unicast addresses in these networks.
        case listed([AddressRange])
    }

    /// What the policy says of an address.
    public enum Verdict: Sendable, Equatable {
        /// It may be sent to.
        case allowed
        /// No subscriber can have it: multicast, broadcast, link-local, reserved.
        case unusable
        /// The setting does not allow it.
        case forbidden
    }

    private let rules = Rules()
    /// Where this service itself listens: never sent to, in no mode. Filled when the listeners are
    /// bound.
    public let ownListeners: OwnListeners

    /// A policy; `unixDirectories` absolute.
    public init(
        mode: Mode = .noMetadata, unixDirectories: [String] = [],
        ownListeners: OwnListeners = OwnListeners()
    ) {
        self.ownListeners = ownListeners
        replace(mode: mode, unixDirectories: unixDirectories)
    }

    /// Which addresses may be sent to.
    public var mode: Mode { rules.values.withLock { $0.mode } }

    /// Directories in or below which UNIX sockets may be sent to; empty = anywhere, and abstract
    /// names too. Each ends with `/`.
    public var unixDirectories: [String] { rules.values.withLock { $0.unixDirectories } }

    /// Everything that this policy and its copies judge from now on is judged so.
    public func replace(mode: Mode, unixDirectories: [String]) {
        let directories = unixDirectories.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
        rules.values.withLock { $0 = (mode, directories) }
    }

    /// What all copies of a policy share.
    private final class Rules: Sendable {
        let values = Lock<(mode: Mode, unixDirectories: [String])>((.any, []))
    }

    /// What it says of an address. An IPv4 address inside an IPv6 one (mapped, compatible, NAT64)
    /// is judged as itself.
    public func verdict(on address: IPAddress) -> Verdict {
        let mode = mode
        if mode == .any { return .allowed }
        let judged = address.embeddedIPv4.map { IPAddress.v4($0) } ?? address
        if SpecialRanges.unusable.contains(where: { $0.contains(judged) })
            || SpecialRanges.wrappers.contains(judged) && !judged.isLoopback
        {
            return .unusable
        }
        switch mode {
        case .any:
            return .allowed
        case .noMetadata:
            return isMetadata(judged) ? .forbidden : .allowed
        case .publicOnly:
            return isMetadata(judged) || isPrivate(judged) ? .forbidden : .allowed
        case .listed(let networks):
            return networks.contains { $0.contains(judged) } ? .allowed : .forbidden
        }
    }

    /// Whether something may be sent to an address and port: `verdict`, and that nobody of ours
    /// listens there.
    public func allows(_ address: IPAddress, port: UInt16, over network: OwnListeners.Network)
        -> Bool
    {
        verdict(on: address) == .allowed
            && !ownListeners.contain(address, port: port, over: network)
    }

    /// Whether a TCP connection to `address` may be opened; false for anything but IPv4 and IPv6.
    /// The pointer must be good for the size of its family's structure.
    func allows(_ address: UnsafePointer<sockaddr>) -> Bool {
        guard let target = IPAddress(address) else { return false }
        // RFC 3493: the port lies at the same place in both families, in network order.
        let port = UnsafeRawPointer(address).loadUnaligned(fromByteOffset: 2, as: UInt16.self)
        return allows(target, port: UInt16(bigEndian: port), over: .tcp)
    }

    /// Refuses a socket whose host is a literal address that may not be sent to; names pass, they
    /// are judged when they are resolved. Throws `.unusableAddress` or `.forbidden`.
    public func checkLiteral(
        _ target: HostPort, over network: OwnListeners.Network = .tcp
    ) throws(SocketError) {
        guard case .address(let address) = target.host else { return }
        switch verdict(on: address) {
        case .allowed: break
        case .unusable:
            throw SocketError(
                .unusableAddress,
                "This address never receives: it is multicast, broadcast, link-local or reserved."
            )
        case .forbidden:
            throw SocketError(
                .forbidden, "The setting `target-policy` does not allow this address.")
        }
        if ownListeners.contain(address, port: target.port, over: network) {
            throw SocketError(
                .unusableAddress,
                "This service itself listens there; a subscriber has an address of its own.")
        }
    }

    /// Refuses a UNIX path outside of `unixDirectories`; nil stands for an abstract name. The text
    /// alone is judged: whoever can put symbolic links into those directories can lead out of them.
    /// Throws `.forbidden`, or `.unusableAddress` for a socket of our own.
    public func checkPath(_ path: String?) throws(SocketError) {
        if let path, ownListeners.contain(path: path) {
            throw SocketError(
                .unusableAddress, "This is Carillon's own socket: it would call itself.")
        }
        let unixDirectories = unixDirectories
        guard !unixDirectories.isEmpty else { return }
        let isInside = unixDirectories.contains { directory in
            path?.hasPrefix(directory) ?? false
        }
        guard isInside else {
            throw SocketError(
                .forbidden, "The setting `unix-directories` does not allow this UNIX socket.")
        }
    }

    private func isMetadata(_ address: IPAddress) -> Bool {
        SpecialRanges.metadata.contains { $0.contains(address) }
    }

    private func isPrivate(_ address: IPAddress) -> Bool {
        switch address {
        case .v4:
            SpecialRanges.privateIPv4.contains { $0.contains(address) }
        case .v6:
            !SpecialRanges.globalIPv6.contains(address)
                || SpecialRanges.privateIPv6.contains { $0.contains(address) }
        }
    }
}
