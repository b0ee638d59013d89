import Glibc
import Net
import WireFormats

/// A small HTTP server that takes JSON-RPC calls: Carillon's own, with one worker.
///
/// The worker hands each body over through a socket pair that keeps messages apart: bounded by the kernel, and
/// something the command's loop can wait for.
final class HTTPReceiver: Receiver {
    let socket: String
    var descriptors: [Int32] { [inner.number] }

    private let server: HTTPServer
    private let inner: FileDescriptor
    private let outer: FileDescriptor
    private var buffer = [UInt8](repeating: 0, count: Receivers.payloadBytesMax)

    init(host: String, port: UInt16, advertised: String) throws(SystemError) {
        var ends: [Int32] = [-1, -1]
        let type =
            Int32(SOCK_SEQPACKET.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
            | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .last("socketpair") }
        inner = FileDescriptor(owning: ends[0])
        outer = FileDescriptor(owning: ends[1])
        var configuration = HTTPConfiguration()
        configuration.workers = 1
        configuration.limits.bodyBytesMax = Receivers.payloadBytesMax
        server = try HTTPServer(configuration: configuration, handler: CallHandler(outlet: ends[1]))
        guard case .tcp(_, let port) = try server.listen(on: .tcp(host: host, port: port)) else {
            throw SystemError("listen", EAFNOSUPPORT)
        }
        socket = "http://\(advertised):\(port)/"
        try server.start()
    }

    deinit {
        server.stop(graceMilliseconds: 100)
    }

    func receive(at _: Int32) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        while true {
            let count = recv(inner.number, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            guard count > 0 else { return payloads }
            payloads.append(Array(buffer[..<count]))
        }
    }
}

/// Answers every POST: a call with an id gets a result, a notification 204.
private struct CallHandler: HTTPHandler {
    /// Where bodies go. Owned by the receiver, which stops the server before it closes it.
    let outlet: Int32

    func respond(to request: borrowing HTTPRequest, _ response: inout HTTPResponse) -> HTTPAnswer {
        guard request.method == .post else {
            response.status = 405
            response.addField("Allow", "POST")
            return .ready
        }
        let body = request.body
        guard !body.isEmpty,
            send(outlet, body.baseAddress, body.count, Int32(MSG_NOSIGNAL)) == body.count
        else {
            // The command does not keep up: the service tries again.
            response.status = body.isEmpty ? 400 : 503
            return .ready
        }
        if let reply = Notification.reply(to: Array(body)) {
            response.contentType = "application/json"
            response.body = reply
        } else {
            response.status = 204
        }
        return .ready
    }
}
