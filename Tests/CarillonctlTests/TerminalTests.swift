import Foundation
import TestSupport
import Testing

@Suite("carillonctl on a terminal")
struct TerminalTests {
    let daemon: Daemon

    init() throws {
        daemon = try Daemon()
        for socket in [
            "udp:127.0.0.1:8888",
            "unix:/run/user/1000/some-rather-long-directory/of-an-application.sock",
        ] {
            _ = try daemon.ctl("subscribe", "E_PIKE_BLOCKED", socket, "--permanent", "--json")
        }
    }

    /// What the companion writes to a terminal of so many columns.
    private func onTerminal(
        columns: UInt16, _ arguments: [String], _ environment: [String: String] = [:]
    ) throws -> String {
        var main: Int32 = -1
        var other: Int32 = -1
        try #require(openpty(&main, &other, nil, nil, nil) == 0)
        // struct winsize: rows, columns, two that are unused.
        var size: [UInt16] = [24, columns, 0, 0]
        try #require(ioctl(other, UInt(TIOCSWINSZ), &size) == 0)
        let process = Process()
        process.executableURL = ProgramRun.programs.appendingPathComponent("carillonctl")
        process.arguments = arguments
        process.environment = ["CARILLON_URL": daemon.url, "TERM": "xterm"].merging(environment) {
            _, new in new
        }
        process.standardOutput = FileHandle(fileDescriptor: other, closeOnDealloc: false)
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.start()
        close(other)
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(main, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        close(main)
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self).replacing("\r\n", with: "\n")
    }

    @Test("a table fits the terminal: the widest columns give way; the header is bold")
    func table() throws {
        #expect(
            try onTerminal(columns: 80, ["subscribers"]) == """
                \u{1B}[1mID EVENT          SOCKET                    TTL DELIVERED FAILED DROPPED PENDING\u{1B}[0m
                 2 E_PIKE_BLOCKED unix:/run/u…cation.sock never         0      0       0       0
                 1 E_PIKE_BLOCKED udp:127.0.0.1:8888      never         0      0       0       0

                """)
    }

    @Test("no line of any table is longer than the terminal is wide")
    func widths() throws {
        let token = daemon.directory.path + "/tokens"
        _ = try daemon.ctl(
            "token", "create", "board", "--file", token, "--role", "read", "--role", "raise",
            "--event", "E_REGISTRANT_*", "--network", "2001:db8::/32")
        for arguments in [["events"], ["subscribers"], ["token", "list", "--file", token]] {
            let lines = try onTerminal(columns: 80, arguments, ["NO_COLOR": "1"])
                .split(separator: "\n")
            #expect(lines.count > 1)
            for line in lines { #expect(line.count <= 80, "\(line)") }
        }
    }

    @Test("NO_COLOR and TERM=dumb take the emphasis away, a wide terminal shows all")
    func plain() throws {
        let wide = """
            ID  EVENT           SOCKET                                                                   TTL  DELIVERED  FAILED  DROPPED  PENDING
             2  E_PIKE_BLOCKED  unix:/run/user/1000/some-rather-long-directory/of-an-application.sock  never          0       0        0        0
             1  E_PIKE_BLOCKED  udp:127.0.0.1:8888                                                     never          0       0        0        0

            """
        #expect(try onTerminal(columns: 200, ["subscribers"], ["NO_COLOR": "1"]) == wide)
        #expect(try !onTerminal(columns: 200, ["subscribers"], ["TERM": "dumb"]).contains("\u{1B}"))
    }

    @Test("JSON is indented on a terminal, and one line elsewhere")
    func json() throws {
        let shown = try onTerminal(columns: 80, ["mi", "core:help", "which"])
        #expect(shown.hasPrefix("{\n  \"Help\": "))
        #expect(try daemon.ctl("mi", "core:help", "which").output.split(separator: "\n").count == 1)
    }
}
