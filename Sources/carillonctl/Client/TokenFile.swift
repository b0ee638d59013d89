import Glibc
import Net
import WireFormats

/// The daemon's file of tokens, as its owner adds to it.
struct TokenFile {
    private let path: String
    /// As much as the daemon reads.
    private static let bytesMax = 4_194_304

    init(_ path: String) {
        self.path = path
    }

    /// Adds an entry; makes the file, mode 0600, if it is missing. It is on disk when this returns.
    func append(_ entry: TokenEntry) throws(Failure) {
        // A file that cannot be read as one of tokens is none: nothing is added to it.
        let bytes = access(path, F_OK) == 0 ? try contents() : []
        _ = try Self.entries(of: bytes, path)
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW
        let number = open(path, flags, 0o600)
        guard number >= 0 else {
            // O_NOFOLLOW. Read it may be through a link, as the daemon does.
            guard errno != ELOOP else {
                throw Failure(.failed, "\(path) is a symbolic link; name the file it leads to.")
            }
            throw Self.failure(path)
        }
        let descriptor = FileDescriptor(owning: number)
        var line = entry.line
        if let last = bytes.last, last != UInt8(ascii: "\n") {
            line.insert(UInt8(ascii: "\n"), at: 0)
        }
        // One call: whoever adds at the same time adds before or behind it.
        guard write(descriptor.number, line, line.count) == line.count,
            fsync(descriptor.number) == 0
        else { throw Self.failure(path) }
    }

    /// What is in it.
    func entries() throws(Failure) -> [TokenEntry] {
        try Self.entries(of: try contents(), path)
    }

    private func contents() throws(Failure) -> [UInt8] {
        do throws(SecretFile.Failure) {
            return try SecretFile.read(path, bytesMax: Self.bytesMax)
        } catch {
            throw Failure(.failed, error.message)
        }
    }

    private static func entries(
        of bytes: [UInt8], _ path: String
    ) throws(Failure) -> [TokenEntry] {
        do throws(TokenEntry.FileError) {
            return try TokenEntry.entries(of: bytes)
        } catch {
            throw Failure(.failed, "\(path):\(error.line): \(error.message)")
        }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(.failed, "\(SystemError.last(path))")
    }
}
