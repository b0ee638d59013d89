import EventCore
import Foundation
import RouteScript
import WireFormats

/// A script with what it should do, said in its own comments, in order:
///
///     # run: event_route[E_X] {"ip":"192.0.2.7"}    runs a route; default: startup_route, then route
///     # sip: INVITE sip:bob@example.com SIP/2.0     a line of the message of the next run
///     # answer: http 200 text/plain hello           what the next effect comes to
///     # answer: mi OK  ·  # answer: refused BUSY  ·  # answer: failed -3
///     # give: stat tcp-load 90  ·  env HOME /root  ·  var name value  ·  now 1700000000
///     # give: limit steps 1000  ·  # give: refuse E_X
///     # expect: log error text  ·  raise E_X {"ip":"…"}  ·  subscribe E_X udp:… never
///     # expect: http GET url body  ·  mi command ["argument"]
///     # expect: end 1  ·  exit  ·  drop  ·  failed steps
///     # expect: error 3:5 text  ·  warning 3:5 text     while loading
///     # expect: stat name value  ·  shv name value      when all is over
///
/// The lines expected are all that happens, in order; one that ends in `…` is the beginning of what
/// happens. How a route ends is looked at only where it is expected.
struct ScriptFile: CustomStringConvertible {
    let name: String
    let bytes: [UInt8]
    var runs: [Run] = []
    var answers: [String] = []
    var gifts: [[String]] = []
    var expected: [String] = []
    /// Lines of a SIP message before there is a run that is about it.
    private var message: [String] = []

    /// A route to run.
    struct Run {
        /// `event_route[E_X] {"ip":"192.0.2.7"}`
        var line: String
        /// The lines of the SIP message; empty without one.
        var message: [String]
    }

    init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let line = line.drop { $0 == " " || $0 == "\u{FEFF}" }
            guard line.hasPrefix("# "), let colon = line.firstIndex(of: ":") else { continue }
            let rest = String(line[line.index(after: colon)...].drop { $0 == " " })
            switch line[..<colon] {
            case "# run":
                runs.append(Run(line: rest, message: message))
                message = []
            case "# sip": message.append(rest)
            case "# answer": answers.append(rest)
            case "# give": gifts.append(rest.split(separator: " ").map(String.init))
            case "# expect": expected.append(rest)
            default: break
            }
        }
    }

    var description: String { name }

    /// What is run: what the comments say, or startup_route and route.
    func runs(of script: Script) -> [Run] {
        guard runs.isEmpty else { return runs }
        return ["startup_route", "route"].filter { name in
            script.routes.contains { $0.kind.rawValue == name && $0.name == nil }
        }.map { Run(line: $0, message: message) }
    }

    /// All script files below `Scripts`, by topic.
    static let all: [ScriptFile] = {
        let base = folder.path
        let names = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
        return names.filter { $0.hasSuffix(".cfg") && !$0.hasPrefix("included/") }.sorted()
            .compactMap { name in
                FileManager.default.contents(atPath: base + "/" + name).map {
                    ScriptFile(name: name, bytes: Array($0))
                }
            }
    }()

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Scripts")

    /// Files that scripts include lie in `Scripts/included`.
    static func include(_ path: String, _ from: String) throws(IncludeError) -> SourceText {
        let url = folder.appendingPathComponent("included/" + path)
        guard let data = FileManager.default.contents(atPath: url.path) else {
            throw IncludeError("there is no such file.")
        }
        return SourceText(name: path, bytes: Array(data))
    }
}
