import Foundation
import Server
import TestSupport
import Testing

@Suite("Lifetimes")
struct ExpiryTests {
    let service: RunningService
    let client: JSONClient

    init() throws {
        service = try RunningService()
        client = try service.client()
    }

    @Test(
        "expire 1 is gone within two seconds, without any event raised; nothing is sent afterwards")
    func expires() throws {
        let receiver = DatagramReceiver()
        let asked = Date()
        let made = try client.subscribe("E_A", receiver.socketText, #""expire":1"#)
        let location = try #require(made.fields["location"])
        #expect(made.json["ttl_seconds"] as? Int == 1)
        let begun = Date()
        // When it was last asked for and still there: what the machine does between two questions is not counted.
        var lastThere = begun
        let isGone = try eventually {
            let time = Date()
            guard try client.send("GET", location).status != 404 else { return true }
            lastThere = time
            return false
        }
        #expect(isGone)
        #expect(Date().timeIntervalSince(asked) >= 0.9)
        #expect(lastThere.timeIntervalSince(begun) < 2)
        #expect(try client.raise("E_A").json["matched"] as? Int == 0)
        #expect(receiver.receiveNow() == nil)
        #expect(try client.subscribers().isEmpty)
    }

    @Test(
        "who subscribed to it is told in time that others expire and have expired, though nobody asks"
    )
    func announced() throws {
        let service = try RunningService { $0.expiringNoticeSeconds = 1 }
        let client = try service.client()
        let receiver = DatagramReceiver()
        for event in ["E_EVI_EXPIRING", "E_EVI_EXPIRED"] {
            #expect(try client.subscribe(event, receiver.socketText).status == 201)
        }
        let start = Date()
        let made = try client.subscribe("E_A", "udp:127.0.0.1:9", #""expire":2"#)
        #expect(made.fields["location"] == "/subscriptions/3")
        let about = #""params":{"event":"E_A","socket":"udp:127.0.0.1:9","subscription":3,"#
        #expect(
            receiver.receive()
                == #"{"jsonrpc":"2.0","method":"E_EVI_EXPIRING",\#(about)"ttl":1}}"#)
        #expect((0.9...10).contains(Date().timeIntervalSince(start)))
        #expect(
            receiver.receive()
                == #"{"jsonrpc":"2.0","method":"E_EVI_EXPIRED",\#(about)"reason":"expired"}}"#)
        #expect((1.9...12).contains(Date().timeIntervalSince(start)))
    }

    @Test("a renewal moves the deadline")
    func renewed() throws {
        // Long enough to be renewed in time on a busy machine.
        let made = try client.subscribe("E_A", "udp:127.0.0.1:9", #""expire":3"#)
        let other = try client.subscribe("E_B", "udp:127.0.0.1:9", #""expire":3"#)
        let location = try #require(made.fields["location"])
        #expect(try client.send("PATCH", location, #"{"expire":60}"#).json["expire"] as? Int == 60)
        let ended = try #require(other.fields["location"])
        _ = try eventually { try client.send("GET", ended).status == 404 }
        #expect(try client.send("GET", location).status == 200)
    }

    @Test(
        "REST: a lifetime is a whole number of seconds, 0 to a year, or left out",
        arguments: [
            (nil, 201, 3_600), ("1", 201, 1), ("31536000", 201, 31_536_000), ("0", 204, nil),
            ("3600.0", 201, 3_600), ("36e2", 201, 3_600), ("-0", 204, nil), ("0e1", 204, nil),
            ("31536001", 422, nil), ("-1", 422, nil), ("-2147483648", 422, nil),
            ("2147483647", 422, nil), ("2147483648", 422, nil), ("4294967296", 422, nil),
            ("4294967297", 422, nil), ("9223372036854775807", 422, nil),
            ("9223372036854775808", 422, nil), ("1e400", 422, nil), ("-0.5", 422, nil),
            ("3600.5", 422, nil), (#""60""#, 422, nil), (#""60s""#, 422, nil),
            (#"" 60""#, 422, nil),
            (#""0x3c""#, 422, nil), ("null", 422, nil), ("true", 422, nil), ("[60]", 422, nil),
            ("{}", 422, nil),
        ] as [(String?, Int, Int?)])
    func rest(expire: String?, status: Int, kept: Int?) throws {
        let answer = try client.subscribe(
            "E_A", "udp:127.0.0.1:9", expire.map { #""expire":\#($0)"# } ?? "")
        #expect(answer.status == status, "\(answer.text)")
        #expect(answer.json["expire"] as? Int == kept)
        #expect(
            try client.subscribers().count == (status == 201 ? 1 : 0), "no effect where refused")
    }

    @Test(
        "MI: the same, and a text of decimal digits counts, as in OpenSIPS",
        arguments: [
            (nil, nil, 3_600), ("60", nil, 60), (#""60""#, nil, 60), ("0", nil, nil),
            (#""0""#, nil, nil),
            ("31536000", nil, 31_536_000), ("3600.0", nil, 3_600),
            ("-1", "Negative expire value", nil),
            (#""abc""#, "Bad type for parameter 'expire'", nil),
            (#""60s""#, "Bad type for parameter 'expire'", nil),
            (#"" 60""#, "Bad type for parameter 'expire'", nil),
            (#""0x3c""#, "Bad type for parameter 'expire'", nil),
            (#""-1""#, "Bad type for parameter 'expire'", nil),
            (#""""#, "Bad type for parameter 'expire'", nil),
            ("null", "Bad type for parameter 'expire'", nil),
            ("true", "Bad type for parameter 'expire'", nil),
            ("1.5", "Bad type for parameter 'expire'", nil),
            ("[60]", "Bad type for parameter 'expire'", nil),
            ("31536001", "expire is a whole number of seconds from 0 to 31536000.", nil),
            ("2147483648", "expire is a whole number of seconds from 0 to 31536000.", nil),
            ("9223372036854775807", "expire is a whole number of seconds from 0 to 31536000.", nil),
            (
                #""99999999999999999999""#,
                "expire is a whole number of seconds from 0 to 31536000.", nil
            ),
        ] as [(String?, String?, Int?)])
    func mi(expire: String?, data: String?, kept: Int?) throws {
        _ = try client.send("PUT", "/events/E_A")
        let rest = expire.map { "," + $0 } ?? ""
        let text = try client.mi("evi:subscribe", #"["E_A","udp:127.0.0.1:9"\#(rest)]"#)
        let expected =
            data.map {
                #"{"jsonrpc":"2.0","error":{"code":-32602,"message":"Invalid params","data":"\#($0)"},"id":1}"#
            } ?? #"{"jsonrpc":"2.0","result":"OK","id":1}"#
        #expect(text == expected)
        #expect(try client.subscribers().first?["expire"] as? Int == kept)
    }

    @Test("the settings for the default and the longest lifetime hold on every surface")
    func settings() throws {
        let service = try RunningService {
            $0.expireDefaultSeconds = 10
            $0.expireMaxSeconds = 20
        }
        let client = try service.client()
        #expect(try client.subscribe("E_A", "udp:127.0.0.1:9").json["expire"] as? Int == 10)
        #expect(try client.subscribe("E_A", "udp:127.0.0.1:9", #""expire":21"#).status == 422)
        #expect(
            try client.mi("event_subscribe", #"["E_A","udp:127.0.0.1:9",21]"#).contains("-32602"))
        #expect(try client.subscribe("E_A", "udp:127.0.0.1:9", #""expire":20"#).status == 200)
    }

    @Test(
        "permanent: no expire, no deadline; not together with expire; false means nothing special")
    func permanent() throws {
        let made = try client.subscribe("E_A", "udp:127.0.0.1:9", #""permanent":true"#)
        #expect(made.json["permanent"] as? Bool == true)
        for name in ["expire", "expires_at", "ttl_seconds"] { #expect(made.json[name] == nil) }
        let listing = try client.mi("evi:subscribers", #"["E_A","udp:127.0.0.1:9"]"#)
        #expect(listing.contains(#""expire":"never""#))
        #expect(
            try client.subscribe("E_A", "udp:127.0.0.1:9", #""permanent":true,"expire":0"#).status
                == 422)
        let back = try client.subscribe("E_A", "udp:127.0.0.1:9", #""permanent":false"#)
        #expect(back.json["expire"] as? Int == 3_600)
    }
}
