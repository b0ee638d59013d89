import Foundation
import Net
import TestSupport
import Testing

@Suite("Files that others must not see")
struct SecretFileTests {
    private let directory: PrivateDirectory
    private let path: String

    init() throws {
        directory = try PrivateDirectory()
        path = directory.path + "/secret"
    }

    private func make(_ text: String, mode: Int) {
        _ = FileManager.default.createFile(
            atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: mode])
    }

    @Test("a file of our own is read", arguments: [0o600, 0o400, 0o640])
    func good(mode: Int) throws {
        make("text", mode: mode)
        #expect(try SecretFile.read(path, bytesMax: 4) == Array("text".utf8))
    }

    @Test(
        "one that others can read or change is not, and the sentence says what to do",
        arguments: [0o644, 0o604, 0o602, 0o660, 0o620, 0o666])
    func open(mode: Int) {
        make("text", mode: mode)
        let failure = #expect(throws: SecretFile.Failure.self) {
            try SecretFile.read(path, bytesMax: 100)
        }
        #expect(failure?.message.contains(path) == true)
        #expect(failure?.message.contains("chmod 600") == true)
    }

    @Test(
        "one too large, a directory, a FIFO and nothing at all are errors, and none of them blocks")
    func others() {
        func message(_ path: String, _ bytesMax: Int = 9) -> String? {
            #expect(throws: SecretFile.Failure.self) {
                try SecretFile.read(path, bytesMax: bytesMax)
            }?.message
        }
        make("text", mode: 0o600)
        #expect(message(path, 3) == "\(path): more than 3 bytes.")
        #expect(message(directory.path) == "\(directory.path): expected a regular file.")
        let fifo = directory.path + "/fifo"
        #expect(mkfifo(fifo, 0o600) == 0)
        #expect(message(fifo) == "\(fifo): expected a regular file.")
        #expect(message(path + "x") == "\(path)x: No such file or directory")
    }

    @Test("another user's is not read, even where that user lets us")
    func foreign() {
        make("text", mode: 0o600)
        guard chown(path, 65_534, .max) == 0 else {
            print("left out: only root can give a file away")
            return
        }
        let failure = #expect(throws: SecretFile.Failure.self) {
            try SecretFile.read(path, bytesMax: 9)
        }
        #expect(failure?.message == "\(path): belongs to user 65534; expected ours or root's.")
    }
}
