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
        let fault: String
        do throws(SystemError) {
            let file = try RegularFile(path)
            guard let reason = reason(against: file.status) else {
                return try file.contents(bytesMax: bytesMax)
            }
            fault = reason
        } catch {
            switch error.errno {
            case EISDIR, EINVAL: fault = "expected a regular file."
            case EFBIG: fault = "more than \(bytesMax) bytes."
            default: fault = error.words
            }
        }
        throw Failure(message: "\(path): \(fault)")
    }

    /// What speaks against a file whose status this is; nil for nothing.
    private static func reason(against status: stat) -> String? {
        guard status.st_uid == geteuid() || status.st_uid == 0 else {
            return "belongs to user \(status.st_uid); expected ours or root's."
        }
        guard status.st_mode & 0o027 == 0 else {
            return "others can read or write it; chmod 600 (640 at most) and try again."
        }
        return nil
    }
}
