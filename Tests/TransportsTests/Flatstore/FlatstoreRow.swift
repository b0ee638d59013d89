import EventCore
import Foundation
import Synchronization
import TestSupport

@testable import Transports

/// Files in the conformance suite.
extension TransportRow {
    static let flatstore: TransportRow = {
        let directory = SharedDirectory()
        var row = TransportRow(
            testDescription: "flatstore",
            make: {
                var settings = FlatstoreSettings()
                settings.directory = directory.path
                settings.delivery.retry.retriesMax = 0
                return try FlatstoreTransport(settings: settings)
            },
            canonical: [
                "flatstore:events.csv", "flatstore:a#delimiter=tab&event_name=no",
                "flatstore:a#overflow=drop_newest&format=ndjson",
            ],
            same: [
                ("flatstore:a", "flatstore:a#format=ndjson"),
                ("flatstore:a", "flatstore:\(directory.path)/a"),
            ],
            different: [("flatstore:a", "flatstore:A"), ("flatstore:a", "flatstore:ab")],
            refused: [
                "flatstore:..", "flatstore:/etc/passwd", "flatstore:.a", "flatstore:a/b",
                "flatstore:a#format=csv",
            ],
            pending: nil,
            receiver: {
                let name = directory.newName()
                var taken = 0
                return (
                    "flatstore:" + name,
                    {
                        taken += 1
                        return directory.line(taken, of: name)
                    }
                )
            },
            absent: {
                let name = directory.newName()
                mkdir(directory.path + "/" + name, 0o700)
                return ("flatstore:" + name, directory)
            },
            absentOutcome: .failed(.noSuchPath))
        row.payloads = [
            "E_ONE,127.0.0.1,it's \"q\" \u{E9}", "E_TWO,0,-5", "E_THREE",
        ]
        return row
    }()
}

/// A directory for all transports of the row, gone at the end of the tests.
private final class SharedDirectory: Sendable {
    let path: String
    private let names = Lock(0)
    private static let made = Lock<[String]>([])

    init() {
        path = NSTemporaryDirectory() + "carillon-flatstore-\(getpid())"
        mkdir(path, 0o700)
        Self.made.withLock { $0.append(path) }
        atexit {
            for path in SharedDirectory.made.withLock({ $0 }) {
                try? FileManager.default.removeItem(atPath: path)
            }
        }
    }

    func newName() -> String {
        names.withLock { names in
            names += 1
            return "file\(names)"
        }
    }

    /// The line with this number, from 1, once it is there.
    func line(_ number: Int, of name: String) -> String? {
        var lines: [Substring] = []
        _ = eventually {
            let text = (try? String(contentsOfFile: path + "/" + name, encoding: .utf8)) ?? ""
            lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            return lines.count >= number
        }
        return lines.count >= number ? String(lines[number - 1]) : nil
    }
}
