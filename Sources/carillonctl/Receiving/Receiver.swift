import Glibc
import Net

/// Something bound that notifications arrive at. One thread.
protocol Receiver: AnyObject {
    /// The socket's text, as it is subscribed.
    var socket: String { get }
    /// What to wait for.
    var descriptors: [Int32] { get }
    /// Takes what has arrived at one of them; never blocks.
    func receive(at descriptor: Int32) -> [[UInt8]]
}

/// Makes receivers.
enum Receivers {
    /// Most bytes of one payload.
    static let payloadBytesMax = 131_072

    /// Binds. `advertised` is the host by which the service reaches it, where that is not the one it is bound to.
    static func make(_ socket: ListenSocket, advertised: String?) throws(Failure) -> any Receiver {
        do throws(SystemError) {
            switch socket {
            case .udp(let host, let port):
                return try DatagramReceiver(
                    host: host, port: port, advertised: try name(host, advertised))
            case .unix(let path):
                return try DatagramReceiver(path: path ?? temporaryPath())
            case .http(let host, let port):
                return try HTTPReceiver(
                    host: host, port: port, advertised: try name(host, advertised))
            case .tcp(let host, let port):
                return try StreamReceiver(
                    host: host, port: port, advertised: try name(host, advertised))
            }
        } catch {
            throw Failure(.failed, "Cannot listen: \(error).")
        }
    }

    /// The host as it stands in a socket's text; EDESTADDRREQ for a wildcard without another name.
    private static func name(_ host: String, _ advertised: String?) throws(SystemError) -> String {
        let name = advertised ?? host
        if name == "0.0.0.0" || name == "::" {
            throw SystemError(
                "\(host) is no address to be reached at, name one with --advertise", EDESTADDRREQ)
        }
        return name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name
    }

    private static func temporaryPath() -> String {
        (Environment.value("XDG_RUNTIME_DIR") ?? "/tmp") + "/carillonctl-\(getpid()).sock"
    }
}
