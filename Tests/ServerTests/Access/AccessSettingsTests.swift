import EventCore
import Foundation
import Glibc
import Net
import TestSupport
import Testing
import WireFormats

@testable import Server

@Suite("Settings of who may")
struct AccessSettingsTests {
    let files: AccessFiles

    init() throws {
        files = try AccessFiles.withOpsAndBoard()
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
