internal import EventCore
internal import Glibc
internal import Net

/// The two UDP ports that everything is sent from. Any thread.
struct DatagramPorts: ~Copyable, Sendable {
    private let v4: DatagramPort
    /// nil where the machine has no IPv6.
    private let v6: DatagramPort?

    init() throws(SystemError) {
        v4 = try DatagramPort(.v4)
        v6 = try? DatagramPort(.v6)
    }

    func send(
        _ payload: [UInt8], to address: UInt32, port: UInt16, _ refusals: inout Refusals
    ) -> Outcome {
        var socket = SocketAddress.ipv4(address, port: port)
        let error = payload.withUnsafeBytes { payload in
            withUnsafeBytes(of: &socket) { address in
                v4.send(payload, to: address) { refused, _ in refusals.note(refused) }
            }
        }
        return Outcome(datagramError: error)
    }

    func send(_ payload: [UInt8], toIPv6 address: [UInt8], _ refusals: inout Refusals) -> Outcome {
        guard v6 != nil else { return .failed(.system) }
        let error = payload.withUnsafeBytes { payload in
            address.withUnsafeBytes { address in
                v6?.send(payload, to: address) { refused, _ in refusals.note(refused) } ?? EAFNOSUPPORT
            }
        }
        return Outcome(datagramError: error)
    }

    /// Notes who has refused a datagram since the last look.
    func takeErrors(_ refusals: inout Refusals) {
        v4.takeErrors { address, _ in refusals.note(address) }
        v6?.takeErrors { address, _ in refusals.note(address) }
    }
}

/// Addresses from which an ICMP error came.
struct Refusals {
    private var ipv4: [UInt64] = []
    private var ipv6: [DatagramSocket] = []

    var isEmpty: Bool { ipv4.isEmpty && ipv6.isEmpty }

    /// Notes the `sockaddr_in` or `sockaddr_in6` at the start of these bytes.
    mutating func note(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return }
        let port = IPAddress.port(of: start)
        switch IPAddress(start) {
        case .v4(let address)?: ipv4.append(UInt64(address) << 16 | UInt64(port))
        case .v6(let high, let low)?: ipv6.append(.ipv6(high: high, low: low, port: port))
        case nil: break
        }
    }

    /// `ipv4` is address and port as in `Socket.packed`, without its mark.
    func contains(ipv4 key: UInt64) -> Bool { ipv4.contains(key) }

    func contains(_ socket: DatagramSocket) -> Bool { ipv6.contains(socket) }
}

extension Outcome {
    /// What an errno of sending a datagram means; 0 is delivered.
    init(datagramError error: Int32) {
        switch error {
        case 0: self = .delivered
        case ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ECONNRESET, EPIPE, ENOTCONN:
            self = .failed(.refused)
        case ENOENT, ENOTDIR, EPROTOTYPE, ENOTSOCK, ELOOP, ENAMETOOLONG: self = .failed(.noSuchPath)
        case EAGAIN, ENOBUFS, ENOMEM: self = .failed(.full)
        case EMSGSIZE: self = .failed(.tooLarge)
        default: self = .failed(.system)
        }
    }
}
