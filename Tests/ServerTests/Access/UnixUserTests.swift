import EventCore
import Foundation
import Glibc
import Net
import TestSupport
import Testing
import WireFormats

@testable import Server

@Suite("Who calls on a UNIX socket, and who can open it")
struct UnixUserTests {
    let files: AccessFiles

    init() throws {
        files = try AccessFiles.withOpsAndBoard()
    }

    @Test(
        "on a UNIX socket the kernel says who calls: the daemon's user is an admin; a token counts more"
    )
    func unixSocket() throws {
        let path = files.directory.path + "/http"
        let service = try files.service { $0.listen = ["127.0.0.1:0", path] }
        let client = try JSONClient(path: path)
        let made = try client.subscribe("E_A", "udp:127.0.0.1:9")
        #expect(made.json["created_by"] as? String == "uid:\(geteuid())")
        #expect(try client.raise("E_CORE_THRESHOLD").status == 202)
        #expect(try client.send("PUT", "/events/E_B", fields: bearer("board")).status == 403)
        #expect(try client.send("GET", "/events", fields: bearer("x")).status == 401)
        withExtendedLifetime(service) {}
    }

    @Test("on a UNIX socket the Host does not matter: no page can reach one by rebinding its name")
    func host() throws {
        let path = files.directory.path + "/http"
        let service = try files.service { $0.listen = ["127.0.0.1:0", path] }
        let client = try JSONClient(path: path)
        #expect(try client.send("GET", "/livez", fields: ["Host": "carillon"]).status == 200)
        let tcp = try service.client()
        #expect(try tcp.send("GET", "/livez", fields: ["Host": "carillon"]).status == 421)
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
}
