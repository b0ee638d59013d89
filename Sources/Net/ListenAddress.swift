/// Where a server listens.
public enum ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An IPv4 or IPv6 address (without brackets) or a name, and a port; port 0 lets the kernel
    /// choose one.
    case tcp(host: String, port: UInt16)
    /// The path of a UNIX stream socket, at most 107 bytes.
    case unix(path: String)

    /// `127.0.0.1:8080`, `[::1]:8080`, `unix:/run/carillon.sock`.
    public var description: String {
        switch self {
        case .tcp(let host, let port):
            (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host) + ":\(port)"
        case .unix(let path): "unix:" + path
        }
    }
}
