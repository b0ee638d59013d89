import Foundation
import TestSupport

/// The patterns by which openapi.yaml describes sockets, read from the document itself.
struct SocketPatterns {
    /// No such schema, or none with a pattern in double quotes.
    struct Missing: Error {
        let schema: String
    }

    private let expressions: [NSRegularExpression]

    /// The patterns of the schemas `NAMESocket`.
    init(_ names: [String]) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let document = try String(contentsOf: root.appending(path: "openapi.yaml"), encoding: .utf8)
        expressions = try names.map { name in
            try NSRegularExpression(pattern: Self.pattern(of: name + "Socket", in: document))
        }
    }

    /// Whether one of them matches the whole of `text`.
    func match(_ text: String) -> Bool {
        let whole = NSRange(location: 0, length: (text as NSString).length)
        return expressions.contains { expression in
            expression.firstMatch(in: text, range: whole)?.range == whole
        }
    }

    /// The scalar after `pattern:`: YAML's double quotes, lines joined by a backslash.
    private static func pattern(of schema: String, in document: String) throws -> String {
        guard let start = document.range(of: "\n    \(schema):\n"),
            let opening = document.range(
                of: "pattern: \"", range: start.upperBound..<document.endIndex)
        else { throw Missing(schema: schema) }
        var pattern = ""
        var rest = document[opening.upperBound...]
        while let character = rest.popFirst(), character != "\"" {
            guard character == "\\" else {
                pattern.append(character)
                continue
            }
            guard let escaped = rest.popFirst() else { break }
            if escaped == "\n" {
                rest = rest.drop { $0 == " " }
            } else {
                pattern.append(escaped)
            }
        }
        return pattern
    }
}

/// Makes sockets that are almost right.
enum SocketMutator {
    private static let seeds = [
        "udp:127.0.0.1:5000", "udp:10.0.0.255:65535#format=lines", "udp:169.253.0.1:1",
        "udp:223.1.2.3:9",
        "udp:[::1]:5", "udp:[2001:db8:0:1::1]:80", "udp:[1:2:3:4:5:6:7:8]:9",
        "udp:[0:0:0:0:0:0:0:1]:9",
        "udp:[fd00::a:b]:9", "udp:[febf::1]:9", "udp:[a00::]:7", "udp:localhost:5",
        "udp:_a.b-c.example.org:5060",
        "udp:a.1b.c:1", "unix:/run/app.sock", "/a/b/..c", "/a#format=json", "unix:@name",
        "unix:@a/b#format=lines",
    ]
    private static let alphabet = Array("0123456789abcdefABCDEFxz:[].%/@#=&-_ ~!\"\u{7F}\n\u{E4}")
    private static let pieces = [
        "::", "0:", ":0", ".", "..", "/", "/..", "/.", "#format=", "json", "lines", "&", "255",
        "256", "0", "00",
        "65535", "65536", "169.254.", "[", "]", "unix:", "udp:", "ffff:", "64:ff9b::", "fe80::",
        "ff02::", "@", "a.",
        String(repeating: "a", count: 62), String(repeating: "b.", count: 30),
    ]

    /// A seed with none to four changes.
    static func text(
        _ random: inout SeededRandom, seeds: [String] = seeds, pieces: [String] = pieces
    ) -> String {
        var text = Array(seeds.randomElement(using: &random) ?? "")
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            let place = Int.random(in: 0...text.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: text.insert(alphabet.randomElement(using: &random) ?? "0", at: place)
            case 1: text.insert(contentsOf: pieces.randomElement(using: &random) ?? "", at: place)
            case 2 where place < text.count: text.remove(at: place)
            case 3 where place < text.count:
                text[place] = alphabet.randomElement(using: &random) ?? "0"
            case 4 where place < text.count:
                let end = min(text.count, place + Int.random(in: 1...6, using: &random))
                let copied = text[place..<end]
                text.insert(contentsOf: copied, at: place)
            default: break
            }
        }
        return String(text)
    }
}
