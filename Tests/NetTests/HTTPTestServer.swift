import EventCore
import Net
import Synchronization
import TestSupport
import WireFormats

/// A handler with a path for everything the tests look at: `/` says who asks, `/big/N` sends N
/// bytes, `/park` keeps its ticket, `/none` is 204, `/close`
/// closes, `/memo` counts what the connection remembers, `/stream` tells of what is in `feed`.
final class TestHandler: HTTPHandler {
    let feed = TestFeed()
    private let tickets = Lock<[HTTPTicket]>([])

    func respond(to request: borrowing HTTPRequest, _ response: inout HTTPResponse) -> HTTPAnswer {
        let path = String(decoding: request.path, as: UTF8.self)
        if request.hasPath("/park") {
            let ticket = request.ticket
            tickets.withLock { $0.append(ticket) }
            return .parked
        }
        response.contentType = "text/plain"
        if path.hasPrefix("/big/") {
            response.body = [UInt8](
                repeating: UInt8(ascii: "x"), count: Int(path.dropFirst(5)) ?? 0)
        } else if request.hasPath("/none") {
            response.status = 204
            response.append("never sent")
        } else if request.hasPath("/stream") {
            return .streaming(TestStream(feed))
        } else if request.hasPath("/close") {
            response.close = true
        } else if request.hasPath("/memo") {
            var memo = request.memo
            response.append("\(memo.key) \(memo.value)")
            memo.key += 1
            memo.value += 2
            request.memo = memo
        } else {
            response.addField("X-Path", path)
            response.addField("X-Host", request.host)
            response.body.append(contentsOf: request.body)
        }
        return .ready
    }

    /// Waits until so many tickets are there, and takes them, oldest first.
    func takeTickets(_ count: Int) async -> [HTTPTicket] {
        await eventually { self.tickets.withLock { $0.count >= count } }
        return tickets.withLock { tickets in
            let taken = tickets
            tickets = []
            return taken
        }
    }
}

/// A server on a port of its own.
struct TestServer {
    let handler = TestHandler()
    let server: HTTPServer
    let address: ListenAddress

    init(
        _ address: ListenAddress = .tcp(host: "127.0.0.1", port: 0),
        _ change: (inout HTTPConfiguration) -> Void = { _ in }
    ) throws {
        var configuration = HTTPConfiguration()
        configuration.workers = 2
        change(&configuration)
        server = try HTTPServer(configuration: configuration, handler: handler)
        self.address = try server.listen(on: address)
        try server.start()
    }

    func client() throws -> RawHTTPClient { try RawHTTPClient(address) }

    func stop() { server.stop(graceMilliseconds: 1_000) }
}

/// Waits for something that another thread brings about; returns false when it does not.
@discardableResult
func eventually(_ condition: () -> Bool) async -> Bool {
    // Blocks like every other test: one that yields comes back when the others let it, which may be later than the
    // time that a connection or a command has.
    TestSupport.eventually(
        within: Double(RawHTTPClient.patienceMilliseconds) / 1_000, everyMilliseconds: 1, condition)
}

/// `GET path` with whatever lines are added.
func get(_ path: String = "/", _ lines: String = "") -> String {
    "GET \(path) HTTP/1.1\r\nHost: a\r\n\(lines)\r\n"
}
