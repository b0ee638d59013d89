import Glibc
import Net
import TestSupport
import Testing

@Suite("Files")
struct FilesTests {
    let directory: PrivateDirectory

    init() throws { directory = try PrivateDirectory() }

    private func error(_ path: String, bytesMax: Int = 10) -> Int32? {
        do throws(SystemError) {
            _ = try Files.read(path, bytesMax: bytesMax)
            return nil
        } catch {
            return error.errno
        }
    }

    @Test("a file is read whole up to its limit, and not at all beyond")
    func limit() throws {
        let path = directory.path + "/file"
        let file = try #require(fopen(path, "w"))
        fputs("0123456789", file)
        fclose(file)
        #expect(try Files.read(path, bytesMax: 10) == Array("0123456789".utf8))
        #expect(error(path, bytesMax: 9) == EFBIG)
    }

    @Test("a relative path is one below the directory the process is in")
    func absolute() {
        #expect(Files.absolute("/a/b") == "/a/b")
        let relative = Files.absolute("a")
        #expect(relative.hasPrefix("/") && relative.hasSuffix("/a") && !relative.hasPrefix("//"))
    }

    @Test("what is no regular file is refused at once: a FIFO that nobody writes does not block")
    func kinds() {
        let path = directory.path + "/fifo"
        mkfifo(path, 0o600)
        #expect(error(path) == EINVAL)
        #expect(error("/dev/zero") == EINVAL)
        #expect(error(directory.path) == EISDIR)
        #expect(error(directory.path + "/none") == ENOENT)
    }
}
