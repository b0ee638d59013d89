import Foundation
import Testing
import WireFormats

@testable import Server

@Suite("Settings")
struct SettingsTests {
    private func entries(_ text: String) -> [SettingsFile.Entry] {
        SettingsFile(parsing: Array(text.utf8)).entries
    }

    @Test("a file's lines: blanks, comments, quotes, CR")
    func file() {
        let text =
            "# c\n\n  listen =  127.0.0.1:1  # why\r\nunix-directories = \"/a b#c\" # d\nca-file = /x#y\nx=\n"
        #expect(
            entries(text) == [
                .init(line: 3, name: "listen", value: "127.0.0.1:1"),
                .init(line: 4, name: "unix-directories", value: "/a b#c"),
                .init(line: 5, name: "ca-file", value: "/x#y"),
                .init(line: 6, name: "x", value: ""),
            ])
    }

    @Test(
        "what is no line of a file is a fault with its line",
        arguments: [("a\n", 1), ("\n= x\n", 2), ("a = \"x\n", 1), ("a = \"x\" y\n", 1)])
    func faults(text: String, line: Int) {
        #expect(SettingsFile(parsing: Array(text.utf8)).faults.map(\.line) == [line])
    }

    @Test("a file that is no UTF-8 is refused as a whole")
    func encoding() {
        let file = SettingsFile(parsing: [0x61, 0xFF])
        #expect(file.entries.isEmpty && file.faults.count == 1)
    }

    @Test("every row: its default is in range, and what it prints it takes")
    func table() {
        let standard = Settings(stateDirectory: "/s")
        for setting in Setting.table {
            var settings = standard
            let values = setting.values(in: standard)
            if !values.isEmpty {
                #expect(setting.apply(values, to: &settings) == nil, "\(setting.name)")
            }
            #expect(setting.values(in: settings) == values)
            #expect(setting.name == setting.name.lowercased() && !setting.help.isEmpty)
        }
        #expect(Set(Setting.table.map(\.name)).count == Setting.table.count)
    }

    @Test("README's table has every setting and its default")
    func manual() throws {
        let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../README.md")
        let rows = try String(contentsOf: path, encoding: .utf8).split(separator: "\n").filter {
            $0.hasPrefix("| `")
        }
        for setting in Setting.table {
            let row = rows.first { $0.hasPrefix("| `\(setting.name)` |") }
            #expect(row?.contains(setting.help.split(separator: ".")[0]) == true, "\(setting.name)")
            #expect(
                row?.contains(setting.isReloadable ? "| yes |" : "| |") == true, "\(setting.name)")
        }
    }

    @Test("secrets are masked where settings are printed")
    func secrets() throws {
        let effective = try EffectiveSettings(
            flags: ["target-policy": ["any"]], environment: ["HOME": "/h"], file: nil)
        let secret = Setting(
            "target-policy", .sending, "x", .text(\.targetPolicy), secret: true, "A secret.")
        #expect(
            effective.description(of: [secret])
                == "# Where it may send\ntarget-policy = ********    # --target-policy\n")
    }

    @Test("the state lies where XDG says, else below the home; without either it must be said")
    func stateDirectory() throws {
        func directory(_ environment: [String: String]) throws -> String {
            try EffectiveSettings(flags: [:], environment: environment, file: nil).settings
                .stateDirectory
        }
        #expect(try directory(["XDG_STATE_HOME": "/x", "HOME": "/h"]) == "/x/carillon")
        #expect(
            try directory(["XDG_STATE_HOME": "rel", "HOME": "/h"]) == "/h/.local/state/carillon")
        #expect(try directory([:]) == "")
        #expect(throws: StartError.self) { try Carillon.check(Settings(stateDirectory: "")) }
    }

    @Test(
        "the nearest name is offered if it is near",
        arguments: [
            ("listn", "listen"), ("Listen", "listen"), ("target_policy", "target-policy"),
            ("body-mxa", "body-max"),
            ("frobnicate", nil), ("", nil),
        ])
    func nearest(name: String, expected: String?) {
        #expect(NearestName.nearest(to: name, among: Setting.table.map(\.name)) == expected)
    }
}
