import Testing
import WireFormats

@testable import carillonctl

@Suite("carillonctl: its pieces")
struct PieceTests {
    @Test("a value has the type it looks like, and telephone numbers stay text")
    func guesses() {
        #expect(TypedArgument.guessed("42") == 42)
        #expect(TypedArgument.guessed("-1.5") == -1.5)
        #expect(TypedArgument.guessed("true") == true)
        for text in ["007", "+41", "1.", "0x10", "-", "", "True", "12345678901234567890", "1 2"] {
            #expect(TypedArgument.guessed(text) == .string(text))
        }
    }

    @Test("durations show their two greatest units")
    func durations() {
        #expect(
            [0, 59, 60, 3_599, 7_500, 86_400, 31_536_000].map(Duration.text(seconds:))
                == ["0s", "59s", "1m", "59m 59s", "2h 5m", "1d", "365d"])
    }

    @Test("decimals are rounded and keep their zeros")
    func decimals() {
        #expect(Decimal.text(0, digits: 1) == "0.0")
        #expect(Decimal.text(1.25, digits: 1) == "1.3")
        #expect(Decimal.text(-0.04, digits: 2) == "-0.04")
        #expect(Decimal.text(99.96, digits: 1) == "100.0")
        #expect(Decimal.text(12.5, digits: 0) == "13")
    }

    /// A table's header and its one row.
    private func shown(_ columns: [Table.Column], _ row: [String], width: Int?) -> [String] {
        var table = Table(columns, width: width)
        return [table.header(for: [row]), table.line(row)]
    }

    @Test(
        "a table moves its columns closer, then cuts the widest that may be cut, never below eight")
    func table() {
        let columns: [Table.Column] = [
            .init(title: "A", cut: .atEnd), .init(title: "N", isRight: true),
            .init(title: "B", cut: .inside),
        ]
        let row = [String(repeating: "a", count: 30), "1", "0123456789abcdefghij"]
        #expect(
            shown(columns, row, width: 53) == [
                "A" + String(repeating: " ", count: 30) + "N B", row.joined(separator: " "),
            ])
        #expect(
            shown(columns, row, width: 30) == [
                "A             N B", "aaaaaaaaaaaa… 1 0123456…efghij",
            ])
        #expect(shown(columns, row, width: 5).last == "aaaaaaa… 1 0123…hij")
        #expect(shown(columns, row, width: nil).last == row.joined(separator: "  "))
    }

    @Test("a column that would be of no use any more is left out")
    func leftOut() {
        let columns: [Table.Column] = [
            .init(title: "A", cut: .atEnd), .init(title: "B"),
            .init(title: "C", cut: .atEnd, isLeftOutBelow: 16),
        ]
        let row = ["a", String(repeating: "b", count: 20), String(repeating: "c", count: 30)]
        #expect(shown(columns, row, width: 40).last == "a bbbbbbbbbbbbbbbbbbbb cccccccccccccccc…")
        #expect(shown(columns, row, width: 38) == ["A B", "a bbbbbbbbbbbbbbbbbbbb"])
    }

    @Test("what moves a cursor or turns writing round is shown as an escape")
    func printable() {
        #expect(
            Printable.text("a\u{1B}[31m\u{7F}\u{9B}\u{202E}é\n")
                == #"a\u{1b}[31m\u{7f}\u{9b}\u{202e}é\u{a}"#)
        #expect(Printable.json("\"\u{9B}\"") == #""\u009b""#)
    }

    @Test("listening sockets as typed")
    func sockets() throws {
        #expect(try ListenSocket(parsing: "udp:") == .udp(host: "127.0.0.1", port: 0))
        #expect(try ListenSocket(parsing: "udp:5050") == .udp(host: "127.0.0.1", port: 5050))
        #expect(try ListenSocket(parsing: "tcp:[::1]:5") == .tcp(host: "::1", port: 5))
        #expect(
            try ListenSocket(parsing: "http://127.0.0.1:9000/")
                == .http(host: "127.0.0.1", port: 9000))
        #expect(try ListenSocket(parsing: "/run/x") == .unix(path: "/run/x"))
        #expect(try ListenSocket(parsing: "unix:") == .unix(path: nil))
        for text in [
            "unix:x", "udp:x", "udp:127.0.0.1:", "udp::5", "udp:1:2:3", "udp:99999", "ftp:1",
        ] {
            #expect(throws: Failure.self) { try ListenSocket(parsing: text) }
        }
    }

    @Test("notifications of both formats, and what is none")
    func notifications() {
        let json = Notification(
            parsing: Array(
                #"{"jsonrpc":"2.0","method":"E_X","params":{"a":1,"b":"c d"},"id":7}"#.utf8))
        #expect(json?.event == "E_X" && json?.paramsText == "a=1 b=c d" && json?.id == 7)
        let lines = Notification(parsing: Array("E_X\nip::192.0.2.7\n\n".utf8))
        #expect(lines?.params == ["ip": "192.0.2.7"])
        #expect(Notification(parsing: Array("E_X\nfront\n\n".utf8))?.params == ["front"])
        #expect(Notification(parsing: Array("E_X\n\n".utf8))?.params == .null)
        for text in ["", "E_X", "{}", "[1]", "two words\n\n"] {
            #expect(Notification(parsing: Array(text.utf8)) == nil)
        }
        let batch = Notification.reply(to: Array(#"[{"id":1},{"method":"x"},{"id":"b"}]"#.utf8))
        #expect(
            batch.map { String(decoding: $0, as: UTF8.self) }
                == #"[{"jsonrpc":"2.0","result":"OK","id":1},{"jsonrpc":"2.0","result":"OK","id":"b"}]"#
        )
    }

    @Test("percentiles are the value that this share did not exceed")
    func percentiles() {
        var report = BenchReport(subscribers: 1)
        report.latencies = (1...100).map { $0 * 1_000 }
        #expect([0.5, 0.99, 1, 0].map(report.percentile) == [50, 99, 100, 1])
        #expect(BenchReport(subscribers: 1).percentile(0.5) == 0)
    }

    @Test("URLs of the service, and texts within them")
    func urls() throws {
        #expect(try ServiceURL(parsing: "http://h:1/base/").base == "http://h:1/base")
        #expect(try ServiceURL(parsing: "unix:/run/c.sock").unixPath == "/run/c.sock")
        #expect(throws: Failure.self) { try ServiceURL(parsing: "localhost:8080") }
        #expect(throws: Failure.self) { try ServiceURL(parsing: "http://") }
        #expect(ServiceURL.escaped("E_X/../a b#é") == "E_X%2F..%2Fa%20b%23%C3%A9")
    }

    @Test("management parameters are all named or all in order; a socket's = names nothing")
    func parameters() throws {
        #expect(
            try MIParameters.read(["E_X", "udp:h:1#format=lines", "60"]) == [
                "E_X", "udp:h:1#format=lines", "60",
            ])
        #expect(
            try MIParameters.read(["event=E_X", "expire:=60"]) == ["event": "E_X", "expire": 60])
        #expect(try MIParameters.read([]) == nil)
        #expect(throws: Failure.self) { try MIParameters.read(["event=E_X", "60"]) }
    }
}
