import Foundation
import TestSupport

/// What most tests do, in a word.
extension JSONClient {
    /// Subscribes by REST; more members as in `"expire":60`.
    @discardableResult
    func subscribe(_ event: String, _ socket: String, _ more: String = "") throws -> Response {
        let more = more.isEmpty ? "" : "," + more
        return try send(
            "POST", "/subscriptions", #"{"event":"\#(event)","socket":"\#(socket)"\#(more)}"#)
    }

    /// Raises by REST with this JSON text as params, none without.
    @discardableResult
    func raise(_ event: String, _ params: String? = nil) throws -> Response {
        try send("POST", "/events/\(event)/raise", params.map { #"{"params":\#($0)}"# } ?? "{}")
    }

    /// Calls MI with a body.
    func mi(_ body: String) throws -> Response { try send("POST", "/mi", body) }

    /// Calls one command of MI with id 1; `params` is JSON text.
    func mi(_ method: String, _ params: String) throws -> String {
        try mi(#"{"jsonrpc":"2.0","method":"\#(method)","params":\#(params),"id":1}"#).text
    }

    /// The subscribers of a page.
    func subscribers(_ query: String = "") throws -> [[String: Any]] {
        let page = try send("GET", "/subscribers" + query)
        return page.json["subscribers"] as? [[String: Any]] ?? []
    }

    /// Every subscription, page by page.
    func allSubscribers() throws -> [[String: Any]] {
        var all: [[String: Any]] = []
        var target = "/subscribers?limit=1000"
        while true {
            let page = try send("GET", target)
            all += page.json["subscribers"] as? [[String: Any]] ?? []
            guard let cursor = page.json["next_cursor"] as? String else { return all }
            target = "/subscribers?limit=1000&cursor=\(cursor)"
        }
    }

    /// The delivery counts of the subscription at this location.
    func deliveries(_ location: String) throws -> [String: Any] {
        try send("GET", location).json["deliveries"] as? [String: Any] ?? [:]
    }

    /// The statistics of MI, all of them.
    func statistics() throws -> [String: Int] {
        let reply = try mi(
            #"{"jsonrpc":"2.0","method":"get_statistics","params":[["all"]],"id":1}"#)
        return reply.json["result"] as? [String: Int] ?? [:]
    }
}

/// A JSON string literal: what must be escaped is, in OpenSIPS's way, and nothing else.
func literal(_ text: String) -> String {
    var bytes = Array("\"".utf8)
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x08: bytes += Array(#"\b"#.utf8)
        case 0x09: bytes += Array(#"\t"#.utf8)
        case 0x0A: bytes += Array(#"\n"#.utf8)
        case 0x0C: bytes += Array(#"\f"#.utf8)
        case 0x0D: bytes += Array(#"\r"#.utf8)
        case 0..<0x20:
            let hex = String(byte, radix: 16)
            bytes += Array((#"\u00"# + (hex.count == 1 ? "0" : "") + hex).utf8)
        default: bytes.append(byte)
        }
    }
    return String(decoding: bytes + [UInt8(ascii: "\"")], as: UTF8.self)
}
