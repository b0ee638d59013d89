internal import Glibc

/// The FIFO that commands are written to: made here, looked after, and removed as long as it is
/// still ours. One thread.
struct CommandFIFO: ~Copyable {
    private let path: String
    private let permissions: UInt32
    private var opened: Opened

    private struct Opened: ~Copyable {
        let descriptor: FileDescriptor
        let identity: FileIdentity
    }

    /// Makes the FIFO and opens it for reading. A FIFO of ours that nobody reads is replaced. Throws
    /// EADDRINUSE for one that somebody reads, EEXIST for anything else that lies there: it is never
    /// touched.
    init(path: String, permissions: UInt32) throws(SystemError) {
        self.path = path
        self.permissions = permissions
        opened = try Self.make(path, permissions)
    }

    deinit {
        if FileIdentity(path: path) == opened.identity { unlink(path) }
    }

    /// The reading end.
    var number: Int32 { opened.descriptor.number }

    /// Whether the FIFO is as it was made.
    enum Condition {
        case intact
        /// Its permissions had been changed.
        case permissionsRestored
        /// It was gone or another; `number` is a new one.
        case recreated
        /// Something that is not ours lies in its place.
        case obstructed(SystemError)
    }

    /// Looks whether the path still leads to this FIFO, and puts right what can be.
    mutating func check() -> Condition {
        var status = stat()
        if lstat(path, &status) == 0, FileIdentity(status) == opened.identity {
            guard status.st_mode & 0o7777 != permissions else { return .intact }
            return fchmod(number, permissions) == 0
                ? .permissionsRestored : .obstructed(.last("chmod \(path)"))
        }
        do throws(SystemError) {
            opened = try Self.make(path, permissions)
            return .recreated
        } catch {
            return .obstructed(error)
        }
    }

    private static func make(
        _ path: String, _ permissions: UInt32
    ) throws(SystemError) -> Opened {
        let call = "make FIFO \(path)"
        try removeStale(path, call)
        guard mkfifo(path, permissions) == 0 else { throw .last(call) }
        // No O_RDWR: then the end of the last writer would go unnoticed.
        let number = open(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard number >= 0 else { throw .last(call) }
        let descriptor = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .last(call) }
        // Whoever may write to the directory could have put another file there meanwhile.
        guard status.st_mode & S_IFMT == S_IFIFO, status.st_uid == geteuid(), status.st_nlink == 1
        else { throw SystemError(call, EEXIST) }
        // The umask may have taken bits away.
        guard fchmod(number, permissions) == 0 else { throw .last(call) }
        return Opened(descriptor: descriptor, identity: FileIdentity(status))
    }

    /// Removes a FIFO that is ours and that nobody reads.
    private static func removeStale(_ path: String, _ call: String) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFIFO, status.st_uid == geteuid() else {
            throw SystemError(call, EEXIST)
        }
        let probe = open(path, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC)
        guard probe < 0 else {
            close(probe)
            throw SystemError(call, EADDRINUSE)
        }
        unlink(path)
    }
}
