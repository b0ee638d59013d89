import EventCore
import Foundation
import WireFormats

/// The JSON of a raise, read and written as the service does, beside Foundation.
enum JSONPart {
    private static let repetitions = 20_000

    /// What a client sends, about 210 bytes.
    private static let request = Array(
        """
        {"params":{"ip":"192.0.2.7","reason":"too many requests in the last second","user":"front@example.com",\
        "count":42,"method":"REGISTER","node":"proxy-3.example.com","ratio":0.75,"blocked":true}}
        """.utf8)

    private struct Body: Codable {
        struct Params: Codable {
            var ip: String
            var reason: String
            var user: String
            var count: Int
            var method: String
            var node: String
            var ratio: Double
            var blocked: Bool
        }
        var params: Params
    }

    private struct Notification: Encodable {
        var jsonrpc = "2.0"
        var method: String
        var params: Body.Params
    }

    static func run(rounds: Int) throws {
        let data = Data(request)
        let body = try JSONDecoder().decode(Body.self, from: data)
        let params = try ownParse(request)
        for _ in 0..<rounds {
            var members = 0
            let parse = try nanoseconds {
                for _ in 0..<repetitions { members += try ownParse(request).items.count }
            }
            let decoder = JSONDecoder()
            let decode = try nanoseconds {
                for _ in 0..<repetitions {
                    members -= try decoder.decode(Body.self, from: data).params.count / 42 * 8
                }
            }
            report("parse", parse, decode, sound: members == 0)

            var bytes = 0
            let write = nanoseconds {
                for sequence in 0..<repetitions {
                    let occurrence = Occurrence(
                        id: OccurrenceID(epoch: 0, sequence: UInt64(sequence)),
                        event: "E_PIKE_BLOCKED", params: params, time: 0)
                    bytes += NotificationFormat.json(occurrence).count
                }
            }
            let encoder = JSONEncoder()
            let notification = Notification(method: "E_PIKE_BLOCKED", params: body.params)
            let encode = try nanoseconds {
                for _ in 0..<repetitions { bytes -= try encoder.encode(notification).count }
            }
            report("write", write, encode, sound: bytes == 0)
        }
    }

    /// As a raise is read: in one pass, without a tree.
    private static func ownParse(_ bytes: [UInt8]) throws -> Params {
        var params = Params.none
        try JSONReader.document(bytes.span) { reader, bytes throws(JSONError) in
            var names = JSONNames()
            try reader.beginObject(in: bytes)
            while try reader.nextName(in: bytes, seen: &names) != nil {
                params = try reader.readParams(in: bytes)
            }
        }
        return params
    }

    /// `sound`: both sides have seen the same.
    private static func report(_ name: String, _ ours: Double, _ theirs: Double, sound: Bool) {
        precondition(sound, "\(name): the two sides disagree")
        let count = Double(repetitions)
        print(#"{"name":"\#(name)","ours_ns":\#(ours / count),"foundation_ns":\#(theirs / count)}"#)
    }
}
