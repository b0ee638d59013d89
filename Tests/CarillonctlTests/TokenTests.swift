import Foundation
import TestSupport
import Testing

@Suite("carillonctl token")
struct TokenTests {
    private let directory: PrivateDirectory
    private var file: String { directory.path + "/tokens" }

    init() throws {
        directory = try PrivateDirectory()
    }

    private func run(_ arguments: String...) throws -> ProgramRun.Result {
        try ProgramRun.run("carillonctl", ["token"] + arguments + ["--file", file])
    }

    private func contents() -> String {
        String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    }

    @Test(
        "a token is printed once and alone; the file, mode 0600, has only its digest; the daemon takes it"
    )
    func create() throws {
        let made = try run("create", "ops", "--role", "admin")
        let token = made.output.trimmingCharacters(in: .newlines)
        #expect(made.status == 0 && token.hasPrefix("cln_") && token.utf8.count == 44)
        #expect(made.errors.contains("only time"))
        #expect(!contents().contains(token))
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let reader = try run(
            "create", "board", "--role", "read", "--event", "E_UL_*", "--network", "127.0.0.0/8")
        #expect(reader.output != made.output)
        #expect(contents().split(separator: "\n").count == 2)

        let daemon = try Daemon(["--tokens", file])
        let client = try JSONClient(port: daemon.port)
        func put(_ output: String) throws -> Int {
            let token = output.trimmingCharacters(in: .newlines)
            return try client.send(
                "PUT", "/events/E_A", fields: ["Authorization": "Bearer " + token]
            ).status
        }
        #expect(try put(made.output) == 201)
        #expect(try put(reader.output) == 403)
        #expect(try put("cln_0") == 401)
        #expect(try daemon.ctl("events").status == 5)
    }

    @Test("SIGHUP takes a new token in")
    func hangUp() throws {
        _ = try run("create", "ops", "--role", "admin")
        let daemon = try Daemon(["--tokens", file])
        let token = try run("create", "board", "--role", "read").output
            .trimmingCharacters(in: .newlines)
        let client = try JSONClient(port: daemon.port)
        let fields = ["Authorization": "Bearer " + token]
        #expect(try client.send("GET", "/events", fields: fields).status == 401)
        daemon.run.signal(SIGHUP)
        #expect(try eventually { try client.send("GET", "/events", fields: fields).status == 200 })
    }

    @Test("the list shows whose tokens there are and what they may")
    func list() throws {
        _ = try run("create", "ops", "--role", "admin")
        _ = try run("create", "board", "--role", "read@::1", "--role", "raise:E_A+E_B")
        let list = try run("list")
        #expect(list.output.contains("board"))
        #expect(list.output.contains("read@::1/128 raise:E_A+E_B"))
        let json = try Daemon.json(try run("list", "--json")) as? [[String: Any]]
        #expect(json?.compactMap { $0["name"] as? String } == ["ops", "board"])
    }

    @Test(
        "what makes no sense is a usage error and writes nothing",
        arguments: [
            ["create", "a b", "--role", "read"], ["create", "a", "--role", "root"],
            ["create", "a", "--role", "read", "--event", "E A"],
            ["create", "a", "--role", "read", "--network", "10.0.0.1/8"],
            ["create", "a", "--role", "read:E_A", "--event", "E_B"], ["create", "a"], ["create"],
        ])
    func bad(arguments: [String]) throws {
        let result = try ProgramRun.run("carillonctl", ["token"] + arguments + ["--file", file])
        #expect(result.status == 2 && result.output.isEmpty && !result.errors.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("a link is not written to: the sentence says so")
    func link() throws {
        let link = file + "-link"
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
        defer { unlink(link) }
        let result = try ProgramRun.run(
            "carillonctl", ["token", "create", "a", "--role", "read", "--file", link])
        #expect(result.status == 1 && result.errors.contains("is a symbolic link"))
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test("nothing is added to a file that is none of tokens, or that others can read")
    func strangeFile() throws {
        try Data("hello\n".utf8).write(to: URL(fileURLWithPath: file))
        chmod(file, 0o600)
        let broken = try run("create", "a", "--role", "read")
        #expect(broken.status == 1 && broken.errors.contains("\(file):1: "))
        try Data().write(to: URL(fileURLWithPath: file))
        chmod(file, 0o644)
        #expect(try run("create", "a", "--role", "read").errors.contains("chmod 600"))
        #expect(contents().isEmpty)
    }
}
