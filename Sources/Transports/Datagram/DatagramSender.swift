internal import EventCore
internal import Glibc
internal import Net
internal import WireFormats

/// The sockets that everything is sent from, and what their errors mean. Used by one thread at a
/// time; nothing blocks.
struct DatagramSender: Sendable {
    private var icmpErrors: UInt64 = 0
    private var sendErrors: [Int32: UInt64] = [:]
    /// The errno of the last send that failed; 0 where no error of the system kept it from being sent.
    private(set) var lastError: Int32 = 0

    private let ipv4: UDPPort
    private let connected: ConnectedUDPPorts
    /// nil on a machine without IPv6.
    private let ipv6: UDPPort?
    private var unix: UnixPorts
    private var refusals: [UDPPort.Refusal] = []
    private var hasSentIPv4 = false
    private var hasSentIPv6 = false
    /// When the kernel was last asked for refusals, and until when it is asked after every slice.
    private var lastLook = Int64.min
    private var watchedUntil = Int64.min

    /// How long a refusal makes it look closely.
    private static let watchMilliseconds: Int64 = 1_000

    init(udpConnectionsMax: Int, unixConnectionsMax: Int) throws(SystemError) {
        ipv4 = try UDPPort(.ipv4)
        connected = ConnectedUDPPorts(
            beside: ipv4, connectionsMax: udpConnectionsMax, now: Clock.coarse())
        do throws(SystemError) {
            ipv6 = try UDPPort(.ipv6)
        } catch {
            guard error.errno == EAFNOSUPPORT else { throw error }
            ipv6 = nil
        }
        unix = try UnixPorts(connectionsMax: unixConnectionsMax)
    }

    /// Sends to an IPv4 address.
    @inline(__always)
    mutating func send(
        _ payload: UnsafeRawBufferPointer, toIPv4 address: UInt32, port: UInt16
    ) -> Outcome {
        // What can never be sent is not tried: EMSGSIZE might be an old error of another datagram.
        guard payload.count <= UDPPort.payloadBytesMaxIPv4 else { return outcomeTooLarge() }
        if let code = connected.send(payload, toIPv4: address, port: port, &refusals) {
            return outcome(code)
        }
        hasSentIPv4 = true
        return outcome(ipv4.send(payload, toIPv4: address, port: port, &refusals))
    }

    /// Sends to an IPv6 address.
    mutating func send(
        _ payload: UnsafeRawBufferPointer, toIPv6 upper: UInt64, _ lower: UInt64, port: UInt16
    ) -> Outcome {
        guard payload.count <= UDPPort.payloadBytesMaxIPv6 else { return outcomeTooLarge() }
        guard let ipv6 else { return outcome(EAFNOSUPPORT) }
        hasSentIPv6 = true
        return outcome(ipv6.send(payload, toIPv6: upper, lower, port: port, &refusals))
    }

    /// Sends to a UNIX socket.
    mutating func send(_ payload: UnsafeRawBufferPointer, to address: UnixAddress) -> Outcome {
        outcome(unix.send(payload, to: address))
    }

    /// Sends to the first of a name's addresses that the policy allows and the network reaches,
    /// IPv4 ones first: OpenSIPS sends to no others, so who is subscribed as `localhost` listens on
    /// 127.0.0.1.
    mutating func send(
        _ payload: UnsafeRawBufferPointer, toAnyOf addresses: [IPAddress], port: UInt16,
        policy: TargetPolicy
    ) -> (outcome: Outcome, destination: PeerAddress?) {
        var outcome = Outcome.failed(.unresolved)
        forgetError()
        for address in addresses.filter(\.isIPv4) + addresses.filter({ !$0.isIPv4 }) {
            guard policy.allows(address, port: port, over: .udp) else {
                if outcome == .failed(.unresolved) { outcome = .failed(.forbidden) }
                continue
            }
            let destination: PeerAddress
            switch address {
            case .v4(let literal):
                outcome = send(payload, toIPv4: literal, port: port)
                destination = .ipv4(literal, port: port)
            case .v6(let upper, let lower):
                outcome = send(payload, toIPv6: upper, lower, port: port)
                destination = .ipv6(high: upper, low: lower, port: port)
            }
            if outcome != .failed(.connect) { return (outcome, destination) }
        }
        return (outcome, nil)
    }

    /// Most bytes of a datagram to this address; nil: a packed one, IPv4. Over which protocol a name is reached is known
    /// only when it is looked up: then it is the smaller one.
    func payloadBytesMax(to address: DatagramTarget.Address?) -> Int {
        switch address {
        case .ipv6: UDPPort.payloadBytesMaxIPv6
        case .unix: unix.payloadBytesMax
        case .name, nil: UDPPort.payloadBytesMaxIPv4
        }
    }

    /// What failed next failed for no error of the system.
    mutating func forgetError() { lastError = 0 }

    /// As the other, but asks the kernel at most once a millisecond of `time` (milliseconds since 1970)
    /// while nobody refuses: the question costs a tenth of a datagram. An error that is not asked for
    /// makes the next send fail, and is taken then.
    mutating func takeRefusals(at time: Int64) -> [PeerAddress: Int32] {
        guard time != lastLook || time < watchedUntil || !refusals.isEmpty else { return [:] }
        lastLook = time
        let errors = takeRefusals()
        if !errors.isEmpty { watchedUntil = time + Self.watchMilliseconds }
        return errors
    }

    /// The ICMP errors that have come since the last call, as errno, by destination. Those of connected sockets only
    /// every few milliseconds, unless it is urgent.
    mutating func takeRefusals(isUrgent: Bool = false) -> [PeerAddress: Int32] {
        connected.look(now: Clock.coarse(), isUrgent: isUrgent, &refusals)
        if hasSentIPv4 { ipv4.takeRefusals(&refusals) }
        if hasSentIPv6 { ipv6?.takeRefusals(&refusals) }
        hasSentIPv4 = false
        hasSentIPv6 = false
        guard !refusals.isEmpty else { return [:] }
        var errors: [PeerAddress: Int32] = [:]
        for refusal in refusals {
            icmpErrors += 1
            errors[refusal.destination] = refusal.errno
            connected.distrust(refusal.destination)
        }
        refusals.removeAll(keepingCapacity: true)
        return errors
    }

    /// What is counted beside the outcomes.
    var statistics: DatagramStatistics {
        DatagramStatistics(
            icmpErrors: icmpErrors, sendErrors: sendErrors,
            udpConnections: connected.connectionCount, unixConnections: unix.connectionCount)
    }

    /// Counts the ICMP errors that came since something was last sent; they are the result, as errno.
    @discardableResult
    mutating func countLateRefusals() -> [PeerAddress: Int32] {
        hasSentIPv4 = true
        hasSentIPv6 = true
        return takeRefusals(isUrgent: true)
    }

    @inline(__always)
    private mutating func outcome(_ errno: Int32) -> Outcome {
        if errno == 0 { return .delivered }
        sendErrors[errno, default: 0] += 1
        lastError = errno
        return .failed(FailureReason(datagramErrno: errno))
    }

    private mutating func outcomeTooLarge() -> Outcome {
        lastError = EMSGSIZE
        return .failed(.tooLarge)
    }
}

extension FailureReason {
    /// What an errno of sending a datagram, or of an ICMP error about one, means to its delivery.
    init(datagramErrno errno: Int32) {
        switch errno {
        case EAGAIN, ENOBUFS, ENOMEM: self = .full
        case ECONNREFUSED: self = .refused
        case ENOENT, ENOTDIR, ELOOP, ENOTSOCK, EPROTOTYPE: self = .noSuchPath
        case EMSGSIZE: self = .tooLarge
        case ENETUNREACH, EHOSTUNREACH, ENETDOWN, EHOSTDOWN, EAFNOSUPPORT, EADDRNOTAVAIL:
            self = .connect
        default: self = .system
        }
    }
}
