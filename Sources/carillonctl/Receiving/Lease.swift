import Net
import WireFormats

/// Subscriptions of this process: made, renewed in time, ended.
struct Lease {
    private let service: Service
    private let requests: [JSON]
    private let events: [String]
    private let expireSeconds: Int64
    private var ids: [String?]
    private var renewAt: Int64 = 0
    private var isAway = false
    private var pauseSeconds: Int64 = 1

    private static let pauseSecondsMax: Int64 = 30

    init(
        service: Service, events: [String], sockets: [String], format: String?, expireSeconds: Int64
    ) {
        self.service = service
        self.events = events
        self.expireSeconds = expireSeconds
        requests = sockets.flatMap { socket in
            events.map { event in
                var members: [(String, JSON)] = [
                    ("event", .string(event)), ("socket", .string(socket)),
                    ("expire", .integer(expireSeconds)),
                ]
                if let format { members.append(("format", .string(format))) }
                return .object(members)
            }
        }
        ids = requests.map { _ in nil }
    }

    /// Subscribes everything. What was subscribed before a failure is ended by `end`.
    mutating func begin() throws(Failure) {
        for (index, request) in requests.enumerated() {
            ids[index] = try service.send("POST", "/subscriptions", request).body["id"]?.stringValue
        }
        renewAt = Clock.boot() + expireSeconds * 2 / 3 * 1_000_000_000
    }

    /// How long a wait may last.
    var millisecondsToRenewal: Int { Int(max(0, renewAt - Clock.boot()) / 1_000_000) + 1 }

    /// Renews when two thirds of the time are over. A service that is away is asked again and again, less and less
    /// often; when it comes back without the subscriptions, they are made anew.
    mutating func renewIfDue() {
        guard Clock.boot() >= renewAt else { return }
        do throws(Failure) {
            try begin()
            if isAway { Output.talk("Subscribed again.") }
            isAway = false
            pauseSeconds = 1
        } catch {
            if !isAway { Output.complain("Not renewed, trying on: " + error.message) }
            isAway = true
            renewAt = Clock.boot() + pauseSeconds * 1_000_000_000
            pauseSeconds = min(pauseSeconds * 2, Self.pauseSecondsMax)
        }
    }

    /// Unsubscribes everything; what cannot be reached now ends by itself.
    mutating func end() {
        for id in ids.compactMap({ $0 }) {
            do throws(Failure) {
                try service.send("DELETE", "/subscriptions/" + ServiceURL.escaped(id))
            } catch {
                if error.status == .notFound { continue }
                Output.complain(
                    "Not unsubscribed, it ends within \(expireSeconds) s: " + error.message)
                return
            }
        }
        ids = ids.map { _ in nil }
    }
}
