import EventCore
import Transports

/// Any text as a socket: it is taken apart, parsed by the datagram transport and printed; what was printed must
/// parse to the same subscriber and print the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSocket(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: data, count: count), as: UTF8.self)
    _ = try? HostPort.parse(text, defaultPort: 80)
    _ = try? TargetPolicy.Mode(parsing: text)
    guard let parts = try? SocketText.parse(text), parts.scheme == "udp" || parts.scheme == "unix",
        let socket = try? transport?.parse(parts)
    else { return 0 }
    guard let transport else { return 0 }
    let printed = transport.text(of: socket, secrets: true)
    guard let again = try? transport.parse(SocketText.parse(printed)) else {
        preconditionFailure("what was printed does not parse: \(printed)")
    }
    precondition(again.sameIdentity(as: socket), "read back as another subscriber: \(printed)")
    precondition(
        transport.text(of: again, secrets: true) == printed, "printed different: \(printed)")
    return 0
}

/// Looks nothing up and sends nothing: nobody delivers.
private let transport = try? DatagramTransport(
    policy: TargetPolicy(mode: .any), resolver: Resolver(clock: { Moment(boot: 0, wall: 0) }))
