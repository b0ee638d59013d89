internal import Glibc

/// Reads a file whose text others must not see: tokens, passwords.
public enum SecretFile {
    /// Why one is not read: a sentence that names the path and says what was expected.
    public struct Failure: Error, Sendable, Equatable {
        /// The sentence.
        public let message: String
    }

    /// The bytes of a regular file of at most `bytesMax` that is this user's or root's, and that others can neither
    /// read nor write, nor the group write. Blocks, but never on a FIFO or device.
    public static func read(_ path: String, bytesMax: Int) throws(Failure) -> [UInt8] {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw Failure(message: "\(SystemError.last(path))") }
        let descriptor = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else {
            throw Failure(message: "\(SystemError.last(path))")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(message: "\(path): expected a regular file.")
        }
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            throw Failure(
                message: "\(path): belongs to user \(status.st_uid); expected ours or root's.")
        }
        guard status.st_mode & 0o027 == 0 else {
            throw Failure(
                message:
                    "\(path): others can read or write it; chmod 600 (640 at most) and try again.")
        }
        return try contents(descriptor, path, bytesMax)
    }

    private static func contents(
        _ descriptor: borrowing FileDescriptor, _ path: String, _ bytesMax: Int
    ) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor.number, &part, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(message: "\(SystemError.last(path))") }
            if count == 0 { return bytes }
            // Counted while reading: what fstat says may have grown meanwhile.
            guard bytes.count + count <= bytesMax else {
                throw Failure(message: "\(path): more than \(bytesMax) bytes.")
            }
            bytes += part[..<count]
        }
    }
}

/// The user as whom this process acts.
public enum ProcessUser {
    /// Its effective user id.
    public static var id: UInt32 { geteuid() }
}
