import EventCore
import Foundation
import Glibc
import Net
import TestSupport
import Testing
import WireFormats

@testable import Server

@Suite("Who calls: tokens, passwords, UNIX users")
struct AuthenticationTests {
    let files: AccessFiles

    init() throws {
        files = try AccessFiles()
        try files.add("ops", "admin")
        try files.add("board", "read")
    }

    private func service(_ change: (inout Settings) -> Void = { _ in }) throws -> RunningService {
        try RunningService { settings in
            settings.tokensFile = files.tokens
            change(&settings)
        }
    }

    @Test(
        "without tokens and users everybody on loopback may do everything, whatever they say of themselves"
    )
    func off() throws {
        let service = try RunningService()
        let client = try service.client()
        let made = try client.subscribe("E_A", "udp:127.0.0.1:9")
        #expect(made.status == 201)
        #expect(made.json["created_by"] == nil)
        #expect(try client.send("GET", "/events", fields: bearer("nobody")).status == 200)
        #expect(try client.raise("E_CORE_THRESHOLD").code == "event_reserved")
    }

    @Test(
        "every operation but the open ones is 401 with a challenge, for missing and for wrong credentials"
    )
    func everyOperation() throws {
        let service = try service()
        let client = try service.client()
        for route in RouteTable.routes {
            let path = "\(route.path)".replacing("{}", with: "1")
            let method = "\(route.method)".uppercased()
            for fields in [[:], bearer("x"), basic("ops", "x"), ["Authorization": "Digest a"]] {
                let answer = try client.send(method, path, fields: fields)
                if route.isOpen {
                    #expect(answer.status == 200, "\(method) \(path)")
                    continue
                }
                #expect(answer.status == 401 && answer.code == "unauthorized", "\(method) \(path)")
                let challenge = try #require(answer.fields["www-authenticate"])
                #expect(challenge.hasPrefix(#"Bearer realm="carillon""#))
                #expect(challenge.contains("invalid_token") == !fields.isEmpty)
            }
        }
        #expect(
            RouteTable.routes.filter(\.isOpen).map { "\($0.path)" }.sorted() == [
                "/livez", "/openapi.yaml", "/readyz",
            ])
        #expect(try client.send("OPTIONS", "/subscriptions").status == 204)
        #expect(try client.send("DELETE", "/events").status == 405)
        #expect(try client.send("GET", "/nothing").status == 404)
    }

    @Test("a token says who calls: on every request, whoever else shares the connection")
    func tokens() throws {
        let service = try service()
        let client = try service.client()
        for _ in 0..<3 {
            #expect(try client.send("GET", "/events", fields: bearer("ops")).status == 200)
            #expect(try client.send("GET", "/events").status == 401)
            #expect(try client.send("PUT", "/events/E_A", fields: bearer("board")).status == 403)
            #expect(try client.send("GET", "/events", fields: bearer("nobody")).status == 401)
            #expect(try client.send("PUT", "/events/E_A", fields: bearer("ops")).status < 300)
        }
    }

    @Test("created_by is the caller's name, is kept by a restart, and is in every representation")
    func createdBy() throws {
        let body = #"{"event":"E_PIKE_BLOCKED","socket":"udp:127.0.0.1:9"}"#
        let first = try service()
        let made = try first.client().send("POST", "/subscriptions", body, fields: bearer("ops"))
        #expect(made.json["created_by"] as? String == "ops")
        let directory = files.directory.path + "/state"
        let location = try #require(made.fields["location"])
        first.stop()
        var service = try RunningService(stateDirectory: directory) { $0.tokensFile = files.tokens }
        _ = try service.client().send("POST", "/subscriptions", body, fields: bearer("ops"))
        service.stop()
        service = try RunningService(stateDirectory: directory)
        let shown = try service.client().send("GET", location)
        #expect(shown.json["created_by"] as? String == "ops")
        #expect(try service.client().subscribers().first?["created_by"] as? String == "ops")
    }

    @Test(
        "Basic users: by file or digest, an admin unless roles are given; both challenges where both are taken"
    )
    func basicUsers() throws {
        let file = files.write("password", "s3cr:et\nsecond line\n")
        let service = try service {
            $0.basicUsers = [
                "ops:\(file)", "lab:sha256:\(SHA256(of: "pass").hexadecimal)=read,raise:E_UL_*",
            ]
        }
        let client = try service.client()
        let raise = "/events/E_PIKE_BLOCKED/raise"
        #expect(try client.send("POST", raise, "{}", fields: basic("ops", "s3cr:et")).status == 202)
        #expect(try client.send("GET", "/events", fields: basic("lab", "pass")).status == 200)
        #expect(try client.send("POST", raise, "{}", fields: basic("lab", "pass")).status == 403)
        #expect(
            try client.send("POST", "/events/E_UL_X/raise", "{}", fields: basic("lab", "pass"))
                .status
                == 202)
        for (user, password) in [("ops", "pass"), ("lab", "s3cr:et"), ("bad", "pass"), ("ops", "")]
        {
            #expect(try client.send("GET", "/events", fields: basic(user, password)).status == 401)
        }
        let raw = try RawHTTPClient(.tcp(host: "127.0.0.1", port: service.port))
        raw.send("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        let challenges = raw.response()?.lines.filter { $0.hasPrefix("WWW-Authenticate: ") }
        #expect(
            challenges == [
                #"WWW-Authenticate: Bearer realm="carillon""#,
                #"WWW-Authenticate: Basic realm="carillon", charset="UTF-8""#,
            ])
    }

    @Test("a role limited to networks counts only from there")
    func networks() throws {
        try files.add("far", "admin@10.0.0.0/8", "read@192.0.2.0/24+127.0.0.0/8")
        let service = try service()
        let client = try service.client()
        #expect(try client.send("GET", "/events", fields: bearer("far")).status == 200)
        #expect(try client.send("PUT", "/events/E_A", fields: bearer("far")).status == 403)
    }

    @Test("an admin with a name passes a proxy's core events on; MI says 403 in its own way")
    func reservedAndMI() throws {
        let service = try service()
        let client = try service.client()
        let raise = "/events/E_CORE_THRESHOLD/raise"
        #expect(try client.send("POST", raise, "{}", fields: bearer("ops")).status == 202)
        let call = #"{"jsonrpc":"2.0","method":"raise_event","params":["E_PIKE_BLOCKED"],"id":1}"#
        let refused = try client.send("POST", "/mi", call, fields: bearer("board"))
        #expect(refused.status == 200)
        #expect((refused.json["error"] as? [String: Any])?["code"] as? Int == 403)
        let batch = #"[{"jsonrpc":"2.0","method":"which","id":1},\#(call)]"#
        let mixed = try client.send("POST", "/mi", batch, fields: bearer("board"))
        #expect(mixed.text.contains(#""result":["#) && mixed.text.contains(#""code":403"#))
    }

    @Test(
        "a reload takes tokens in and away, on open connections too; a broken file changes nothing")
    func reload() throws {
        let service = try service()
        let client = try service.client()
        var settings = Settings(stateDirectory: service.stateDirectory)
        settings.listen = ["127.0.0.1:0"]
        settings.drainMilliseconds = 1_000
        settings.tokensFile = files.tokens
        try files.add("new", "read")
        #expect(try client.send("GET", "/events", fields: bearer("new")).status == 401)
        _ = try service.carillon.reload(settings)
        #expect(try client.send("GET", "/events", fields: bearer("new")).status == 200)
        files.write("tokens", "nonsense")
        #expect(throws: StartError.self) { try service.carillon.reload(settings) }
        #expect(try client.send("GET", "/events", fields: bearer("new")).status == 200)
        files.clear()
        try files.add("ops", "admin")
        _ = try service.carillon.reload(settings)
        #expect(try client.send("GET", "/events", fields: bearer("new")).status == 401)
        #expect(try client.send("GET", "/events", fields: bearer("ops")).status == 200)
        settings.tokensFile = nil
        #expect(try service.carillon.reload(settings).applied == ["tokens"])
        #expect(try client.send("GET", "/events").status == 200)
    }

    @Test(
        "on a UNIX socket the kernel says who calls: the daemon's user is an admin; a token counts more"
    )
    func unixSocket() throws {
        let path = files.directory.path + "/http"
        let service = try service { $0.listen = ["127.0.0.1:0", path] }
        let client = try JSONClient(path: path)
        let made = try client.subscribe("E_A", "udp:127.0.0.1:9")
        #expect(made.json["created_by"] as? String == "uid:\(geteuid())")
        #expect(try client.raise("E_CORE_THRESHOLD").status == 202)
        #expect(try client.send("PUT", "/events/E_B", fields: bearer("board")).status == 403)
        #expect(try client.send("GET", "/events", fields: bearer("x")).status == 401)
        withExtendedLifetime(service) {}
    }

    @Test("other users of a UNIX socket may what the setting says, and nothing without it")
    func unixUsers() throws {
        var settings = Settings(stateDirectory: "")
        settings.unixUsers = ["4711=read,raise:E_UL_*"]
        let authenticator = try Authenticator(settings)
        let known = authenticator.identity(ofUser: 4_711)
        #expect(known.name == "uid:4711" && known.has(.read) && known.has(.raise, for: "E_UL_A"))
        #expect(!known.has(.raise, for: "E_A") && !known.has(.admin))
        let other = authenticator.identity(ofUser: 4_712)
        #expect(other.name == "uid:4712" && other.grants.isEmpty)
        #expect(authenticator.identity(ofUser: 0).has(.admin))
        #expect(authenticator.identity(ofUser: geteuid()).has(.admin))
    }

    @Test("another user's process on the UNIX socket is 403, and 200 once the setting names it")
    func otherProcess() throws {
        guard geteuid() == 0 else {
            print("left out: only root can start a process of another user")
            return
        }
        let directory = try PrivateDirectory()
        let path = directory.path + "/http"
        chmod(directory.path, 0o711)
        let service = try RunningService { $0.listen = ["127.0.0.1:0", path] }
        #expect(try statusAsNobody(path) == "000", "it cannot open it")
        chmod(path, 0o666)
        #expect(try statusAsNobody(path) == "403")
        service.stop()
        let open = try RunningService {
            $0.listen = ["127.0.0.1:0", path]
            $0.unixUsers = ["65534=read"]
        }
        #expect(try statusAsNobody(path) == "200")
        open.stop()
    }

    @Test("a UNIX socket is open to others while they could do anything there, and not else")
    func unixSocketModes() throws {
        let directory = try PrivateDirectory()
        let (http, datagram) = (directory.path + "/http", directory.path + "/datagram")
        var settings = Settings(stateDirectory: directory.path + "/state")
        settings.listen = ["127.0.0.1:0", http]
        settings.miDatagram = [datagram]
        let service = try RunningService(stateDirectory: settings.stateDirectory) { $0 = settings }
        func isOpen(_ path: String) -> Bool {
            var status = stat()
            return lstat(path, &status) == 0 && status.st_mode & 0o066 == 0o066
        }
        #expect(!isOpen(http) && !isOpen(datagram))
        // Over HTTP a token counts as well; a datagram carries none.
        settings.tokensFile = files.tokens
        _ = try service.carillon.reload(settings)
        #expect(isOpen(http) && !isOpen(datagram))
        settings.unixUsers = ["65534=read"]
        _ = try service.carillon.reload(settings)
        #expect(isOpen(http) && isOpen(datagram))
        settings.tokensFile = nil
        settings.unixUsers = ["0=read"]
        _ = try service.carillon.reload(settings)
        #expect(!isOpen(http) && !isOpen(datagram))
    }

    /// The status that curl gets for the events when it runs as the user 65534.
    private func statusAsNobody(_ socket: String) throws -> String {
        let curl = Process()
        let output = Pipe()
        curl.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        curl.arguments = [
            "--reuid=65534", "--regid=65534", "--clear-groups", "curl", "-s", "-o", "/dev/null",
            "-w", "%{http_code}", "--unix-socket", socket, "http://localhost/events",
        ]
        curl.standardOutput = output
        try curl.start()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        curl.waitUntilExit()
        return String(decoding: text, as: UTF8.self)
    }

    @Test("beyond loopback it starts with tokens or users, and not without")
    func beyondLoopback() throws {
        func start(_ change: (inout Settings) -> Void) throws {
            _ = try RunningService { settings in
                settings.listen = ["0.0.0.0:0"]
                change(&settings)
            }
        }
        for address in ["0.0.0.0:0", "[::]:0", "127.evil.example:0", "192.0.2.1:0"] {
            let error = #expect(throws: StartError.self) { try start { $0.listen = [address] } }
            #expect(error?.description.contains("--tokens") == true, "\(address)")
        }
        try start { $0.tokensFile = files.tokens }
        try start { $0.basicUsers = ["a:sha256:\(SHA256(of: "x").hexadecimal)"] }
        try start { $0.insecure = true }
    }

    @Test(
        "a setting that cannot be taken stops the start and says what was expected",
        arguments: [
            "ops", "ops:", "ops:relative", "ops:sha256:12", ":/x", "a n:/x", "ops:/not/there",
            "ops:sha256:HEX=root", "ops:sha256:HEX=", "ops:sha256:HEX=read:E A",
        ])
    func badUsers(text: String) {
        var settings = Settings(stateDirectory: "")
        settings.basicUsers = [text.replacing("HEX", with: SHA256(of: "x").hexadecimal)]
        let error = #expect(throws: StartError.self) { try Authenticator(settings) }
        #expect(error?.description.hasPrefix("--basic-user") == true)
    }

    @Test(
        "so does a UNIX user", arguments: ["", "ops=read", "1", "1=", "-1=read", "1=read@::1"])
    func badUnixUsers(text: String) {
        var settings = Settings(stateDirectory: "")
        settings.unixUsers = [text]
        #expect(throws: StartError.self) { try Authenticator(settings) }
    }

    @Test("a file of tokens that others can read is refused; so is a token that is there twice")
    func badFiles() throws {
        var settings = Settings(stateDirectory: "")
        settings.tokensFile = files.tokens
        chmod(files.tokens, 0o644)
        let error = #expect(throws: StartError.self) { try Authenticator(settings) }
        #expect(error?.description.contains("chmod 600") == true)
        chmod(files.tokens, 0o600)
        try files.add("ops", "read")
        let twice = #expect(throws: StartError.self) { try Authenticator(settings) }
        #expect(twice?.description.contains("\(files.tokens):3: ") == true)
    }
}
