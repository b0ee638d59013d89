import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Server

@Suite("GET /metrics")
struct MetricsTests {
    @Test("what happened is there, in base units, with type and help, in Prometheus's text format")
    func families() throws {
        let service = try RunningService()
        let client = try service.client()
        let receiver = DatagramReceiver()
        try client.subscribe("E_PIKE_BLOCKED", "udp:127.0.0.1:\(receiver.port)")
        for _ in 0..<3 { try client.raise("E_PIKE_BLOCKED") }
        _ = try client.send("GET", "/nowhere")
        let answer = try client.send("GET", "/metrics")
        #expect(answer.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        let scrape = try Scrape(client)
        #expect(scrape["carillon_build_info{version=\"\(Carillon.version)\"}"] == 1)
        #expect(scrape["carillon_occurrences_total{event=\"E_PIKE_BLOCKED\"}"] == 3)
        #expect(scrape["carillon_occurrences_total{event=\"(other)\"}"] == 0)
        #expect(
            scrape["carillon_deliveries_total{transport=\"datagram\",outcome=\"delivered\"}"] == 3)
        #expect(scrape["carillon_delivery_seconds_count{transport=\"datagram\"}"] == 3)
        #expect(
            scrape["carillon_delivery_seconds_bucket{transport=\"datagram\",le=\"+Inf\"}"] == 3)
        #expect(scrape["carillon_raise_seconds_count"] == 3)
        #expect(
            scrape["carillon_http_requests_total{operation=\"raiseEvent\",status=\"202\"}"] == 3)
        #expect(scrape["carillon_http_requests_total{operation=\"subscribe\",status=\"201\"}"] == 1)
        #expect(scrape["carillon_http_requests_total{operation=\"none\",status=\"404\"}"] == 1)
        #expect(
            scrape["carillon_http_requests_total{operation=\"getMetrics\",status=\"200\"}"] == 1)
        #expect(
            scrape["carillon_subscriptions{transport=\"datagram\",state=\"closed\"}"] == 1)
        #expect(scrape["carillon_http_connections"] == 1)
        #expect((scrape["carillon_store_commits_total"] ?? 0) >= 1)
        for name in [
            "process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
            "process_max_fds", "process_start_time_seconds", "process_threads",
        ] {
            #expect((scrape[name] ?? 0) > 0, "\(name)")
        }
        let age = Date().timeIntervalSince1970 - (scrape["process_start_time_seconds"] ?? 0)
        #expect((0..<86_400).contains(age))
        for (name, type) in scrape.types {
            #expect(name.hasPrefix("carillon_") || name.hasPrefix("process_"))
            #expect((type == "counter") == name.hasSuffix("_total"), "\(name)")
        }
    }

    @Test(
        "promtool finds nothing wrong with it, whatever was raised", .enabled(if: Promtool.isThere))
    func promtool() throws {
        let service = try RunningService()
        let client = try service.client()
        try client.subscribe("E_PIKE_BLOCKED", "udp:127.0.0.1:9")
        try client.subscribe("E_PIKE_BLOCKED", "http://127.0.0.1:9/")
        try client.raise("E_PIKE_BLOCKED")
        let text = try Scrape(client, "?subscriptions=true").text
        #expect(text.contains("carillon_subscription_deliveries_total{subscription=\"1\""))
        let verdict = try Promtool.run(["check", "metrics"], input: text)
        #expect(verdict == (0, ""))
    }

    @Test(
        "series of single subscriptions are for who asks: the outcomes of each, and whether all are there"
    )
    func subscriptions() throws {
        let service = try RunningService()
        let client = try service.client()
        let receiver = DatagramReceiver()
        let socket = "udp:127.0.0.1:\(receiver.port)"
        try client.subscribe("E_PIKE_BLOCKED", socket)
        try client.raise("E_PIKE_BLOCKED")
        #expect(!(try Scrape(client).text.contains("carillon_subscription_")))
        let scrape = try Scrape(client, "?subscriptions=true")
        let labels = "subscription=\"1\",event=\"E_PIKE_BLOCKED\",socket=\"\(socket)\""
        let family = "carillon_subscription_deliveries_total"
        #expect(scrape["\(family){\(labels),outcome=\"delivered\"}"] == 1)
        #expect(scrape["carillon_subscription_series_complete"] == 1)
        let wrong = try client.send("GET", "/metrics?subscriptions=some")
        #expect(wrong.status == 422)
    }

    @Test("an open breaker is told of with its destination's subscriptions, and so is a retry")
    func breaker() throws {
        let service = try RunningService {
            $0.breakerFailures = 1
            $0.breakerPauseMilliseconds = 60_000
            $0.retryDelayMilliseconds = 0
        }
        let client = try service.client()
        let dead = DeadPort()
        try client.subscribe("E_PIKE_BLOCKED", "http://127.0.0.1:\(dead.port)/")
        try client.raise("E_PIKE_BLOCKED")
        let subscription = "carillon_subscriptions{transport=\"http\",state=\"open\"}"
        let isTold = try eventually {
            let scrape = try Scrape(client)
            return scrape["carillon_breakers{transport=\"http\",state=\"open\"}"] == 1
                && scrape[subscription] == 1
        }
        #expect(isTold)
        let scrape = try Scrape(client)
        #expect(scrape["carillon_queue_deliveries{transport=\"http\"}"] == 1)
        #expect(scrape["carillon_deliveries_pending{transport=\"http\"}"] == 1)
    }

    @Test(
        "whatever happens meanwhile, at every scrape what matched is what ended and what is pending"
    )
    func chaos() throws {
        let service = try RunningService {
            $0.retries = 1
            $0.retryDelayMilliseconds = 1
            $0.breakerPauseMilliseconds = 5
            $0.queueMessagesMax = 20
        }
        let good = try LoopbackReceiver { _ in .status(204) }
        defer { good.stop() }
        let bad = try LoopbackReceiver { $0.number % 3 == 0 ? .status(204) : .status(500) }
        defer { bad.stop() }
        let dead = DeadPort()
        let datagrams = DatagramReceiver()
        let sockets = [
            good.url + "/", bad.url + "/", "http://127.0.0.1:\(dead.port)/",
            "tcp:127.0.0.1:\(dead.port)",
            "udp:127.0.0.1:\(datagrams.port)", "udp:127.0.0.1:9", "unix:/nowhere/at/all",
            "virtual:FAILOVER \(bad.url)/ \(good.url)/",
        ]
        let isDone = Flag()
        let group = DispatchGroup()
        let faults = Mutex<[String]>([])
        let port = service.port
        for seed in 0..<2 {
            DispatchQueue.global().async(group: group) {
                do { try Self.stir(port, sockets, seed: UInt64(seed)) } catch {
                    faults.withLock { $0.append("\(error)") }
                }
            }
        }
        group.notify(queue: .global()) { isDone.set() }
        let client = try service.client()
        var scrapes = 0
        var last = try Scrape(client)
        repeat {
            last = try Scrape(client)
            scrapes += 1
            for transport in last.transports {
                let (matched, sum) = last.deliveries(transport)
                #expect(matched == sum, "\(transport), scrape \(scrapes)")
            }
        } while !isDone.isSet
        #expect(faults.withLock { $0 } == [])
        #expect(scrapes > 10)
        // In the end nothing is pending, and each delivery that was tried is in the histogram.
        let isQuiet = try eventually(within: 20) {
            last = try Scrape(client)
            return last.sum("carillon_deliveries_pending", where: "transport") == 0
        }
        #expect(isQuiet)
        for transport in last.transports {
            let tried = ["delivered", "failed"].reduce(0.0) {
                $0
                    + (last[
                        "carillon_deliveries_total{transport=\"\(transport)\",outcome=\"\($1)\"}"]
                        ?? 0)
            }
            #expect(last["carillon_delivery_seconds_count{transport=\"\(transport)\"}"] == tried)
            #expect(last["carillon_oldest_pending_seconds{transport=\"\(transport)\"}"] == 0)
            let drops = last[
                "carillon_deliveries_total{transport=\"\(transport)\",outcome=\"dropped\"}"]
            #expect(last.sum("carillon_drops_total", where: "\"\(transport)\"") == drops)
            let failures = last[
                "carillon_deliveries_total{transport=\"\(transport)\",outcome=\"failed\"}"]
            #expect(last.sum("carillon_failures_total", where: "\"\(transport)\"") == failures)
        }
        #expect(last.deliveries("http").matched > 0 && last.deliveries("datagram").matched > 0)
    }

    /// Subscribes, raises and unsubscribes as it comes.
    private static func stir(_ port: UInt16, _ sockets: [String], seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let client = try JSONClient(port: port)
        var ids: [String] = []
        for _ in 0..<400 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                let socket = sockets[Int.random(in: sockets.indices, using: &random)]
                let answer = try client.send(
                    "POST", "/subscriptions",
                    #"{"event":"E_CHAOS","socket":"\#(socket)","expire":\#(Int.random(in: 1...3, using: &random))}"#
                )
                if let id = answer.json["id"] as? String { ids.append(id) }
            case 1 where !ids.isEmpty:
                let id = ids.remove(at: Int.random(in: ids.indices, using: &random))
                _ = try client.send("DELETE", "/subscriptions/\(id)")
            default: _ = try client.send("POST", "/events/E_CHAOS/raise", "{}")
            }
        }
    }
}
