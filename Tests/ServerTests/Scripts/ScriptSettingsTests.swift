import Foundation
import TestSupport
import Testing

@testable import Server

@Suite("Settings in a script")
struct ScriptSettingsTests {
    private let directory: PrivateDirectory

    init() throws {
        directory = try PrivateDirectory()
    }

    private func write(_ text: String, _ name: String = "test.cfg") throws -> String {
        let path = directory.path + "/" + name
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    private func effective(
        _ script: String, flags: [String: [String]] = [:]
    ) throws -> EffectiveSettings {
        let path = try write(script)
        return try EffectiveSettings(
            flags: flags.merging(["script": [path]]) { old, _ in old },
            environment: ["HOME": "/nowhere"], file: nil)
    }

    private func fault(_ script: String) throws -> String {
        do {
            _ = try effective(script)
            return ""
        } catch let error as StartError {
            #expect(error.isListing)
            return error.description
        }
    }

    @Test("modparam and globals are Carillon's settings, each with its place")
    func settings() throws {
        let effective = try effective(
            """
            log_level=3
            loadmodule "httpd.so"
            modparam("mi_fifo", "fifo_name", "/tmp/opensips_fifo")
            modparam("mi_datagram", "socket_name", "udp:127.0.0.1:8765")
            modparam("mi_datagram", "socket_name", "/tmp/mi.sock")
            modparam("httpd", "ip", "127.0.0.2")
            modparam("httpd", "port", 8888)
            modparam("pike", "sampling_time_unit", 10)
            modparam("pike", "reqs_density_per_unit", 30)
            modparam("pike", "remove_latency", 120)
            """)
        let settings = effective.settings
        #expect(settings.logLevel == "info" && settings.fifo == "/tmp/opensips_fifo")
        #expect(settings.miDatagram == ["127.0.0.1:8765", "/tmp/mi.sock"])
        #expect(settings.listen == ["127.0.0.2:8888"])
        #expect(settings.floodLimit == 3 && settings.floodBlockSeconds == 120)
        #expect("\(effective.origin(of: "fifo"))".hasSuffix("test.cfg:3:1"))
    }

    @Test("flags, environment and file count before the script, the script before the defaults")
    func precedence() throws {
        let script = "log_level=3\nmodparam(\"mi_fifo\", \"fifo_name\", \"/tmp/a\")"
        let effective = try effective(script, flags: ["log-level": ["error"]])
        #expect(effective.settings.logLevel == "error" && effective.settings.fifo == "/tmp/a")
    }

    @Test("modules that are known are accepted; what is passed over is said")
    func accepted() throws {
        let path = try write(
            """
            mpath="/usr/lib/opensips/modules/"
            socket=udp:127.0.0.1:5060
            udp_workers=4
            loadmodule "event_datagram.so"
            loadmodule "event_rabbitmq.so"
            loadmodule "event_route.so"
            loadmodule "tm.so"
            loadmodule "dialog.so"
            modparam("dialog", "default_timeout", 21600)
            modparam("event_rabbitmq", "heartbeat", 3)
            modparam("mi_json", "root", "json")
            """)
        let (file, said) = try ScriptFile.read(path)
        #expect(said.entries.isEmpty)
        let warnings = file.warnings.joined(separator: "\n")
        for word in ["mpath", "socket", "udp_workers", "dialog.default_timeout", "heartbeat"] {
            #expect(warnings.contains(word), "\(word)")
        }
        #expect(!warnings.contains("root"))
    }

    @Test("P09: unknown ones are errors, each with its place, a caret and the nearest name")
    func unknown() throws {
        let text = try fault(
            """
            loadmodule "event_datagran.so"
            modparam("mi_fifo", "fifo_nane", "/tmp/a")
            log_levle=3
            modparam("httpd", "port", 99999)
            modparam("mi_datagram", "socket_name", "tcp:1")
            """)
        for part in [
            "test.cfg:1:", "Did you mean 'event_datagram'?", "test.cfg:2:",
            "Did you mean 'fifo_name'?", "test.cfg:3:1", "Did you mean 'log_level'?",
            "test.cfg:4:", "a port from 1 to 65535", "test.cfg:5:", "udp:HOST:PORT", "^",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
    }

    @Test(
        "P12: an include of itself, of a FIFO, a directory or what is not there is an error, and hangs nothing"
    )
    func includes() throws {
        _ = try write("route[b] { exit; }", "good.cfg")
        #expect(try fault("include_file \"good.cfg\"\nroute { route(b); }") == "")
        #expect(mkfifo(directory.path + "/fifo", 0o600) == 0)
        for name in ["test.cfg", "fifo", directory.path, "absent.cfg"] {
            #expect(try fault("include_file \"\(name)\"").contains("test.cfg:1:"), "\(name)")
        }
    }

    @Test("a script that is a FIFO, a directory or absent cannot be read")
    func unreadable() throws {
        #expect(mkfifo(directory.path + "/fifo", 0o600) == 0)
        for name in ["/fifo", "", "/absent"] {
            #expect(throws: StartError.self) { _ = try ScriptFile.read(directory.path + name) }
        }
    }

    @Test("every setting that a parameter leads to is one")
    func table() {
        for row in ScriptParameters.table {
            #expect(ScriptModules.known.contains(row.module), "\(row.module)")
            switch row.effect {
            case .setting(let name),
                .converted(let name, _, _) where !name.isEmpty:
                #expect(Setting.named(name) != nil, "\(name)")
            default: break
            }
        }
    }
}
