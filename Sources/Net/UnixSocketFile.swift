internal import Cepoll
internal import EventCore
internal import Glibc
internal import Synchronization

/// Who may open a UNIX socket of ours. What they may do then, the kernel having said who they are, is another matter.
public enum UnixSocketAccess: Sendable {
    /// This user, and root.
    case owner
    /// Whoever reaches the directory it lies in.
    case everybody

    fileprivate var permissions: UInt32 {
        switch self {
        case .owner: 0o600
        case .everybody: 0o666
        }
    }
}

/// The file of a bound UNIX socket: made for this user alone, removed when it goes as long as it is still this one.
final class UnixSocketFile: Sendable {
    private let path: String
    private let identity: FileIdentity?
    /// As far as others may open it now.
    private let access = Lock(UnixSocketAccess.owner)

    /// Binds `number`, a UNIX socket of type `type`, to `path`. Throws which call failed: ENAMETOOLONG, EADDRINUSE where
    /// somebody listens, EEXIST for a file that is no socket of ours: such a file is never touched.
    init(
        binding number: Int32, type: __socket_type, to path: String, _ call: String
    ) throws(SystemError) {
        guard var name = Self.name(path) else { throw SystemError(call, ENAMETOOLONG) }
        try Self.removeStale(path, type, name, call)
        // Nobody but this user may connect. The mask is the process's: listening happens at the start.
        let mask = umask(0o077)
        let bound = Self.withAddress(&name) { bind(number, $0, $1) }
        let error = SystemError.last(call)
        umask(mask)
        guard bound == 0 else { throw error }
        self.path = path
        identity = FileIdentity(path: path)
    }

    /// Lets others open it, or not. Does nothing where another file lies at the path by now. Throws what the system says.
    func set(_ access: UnixSocketAccess) throws(SystemError) {
        let call = "chmod " + path
        guard self.access.withLock({ $0 != access }) else { return }
        let number = carillon_open_path(path)
        guard number >= 0 else { throw .last(call) }
        let file = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(file.number, &status) == 0, FileIdentity(status) == identity else { return }
        // The path itself could lead elsewhere by now; `fchmod` takes no such descriptor (open(2), O_PATH).
        guard chmod("/proc/self/fd/\(file.number)", access.permissions) == 0 else {
            throw .last(call)
        }
        self.access.withLock { $0 = access }
    }

    deinit {
        if let identity, FileIdentity(path: path) == identity { unlink(path) }
    }

    /// The address of a path; nil when it is empty, has a NUL or more than 107 bytes.
    private static func name(_ path: String) -> sockaddr_un? {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: name.sun_path),
            !bytes.contains(0)
        else { return nil }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        return name
    }

    private static func withAddress(
        _ name: inout sockaddr_un, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &name) { name in
            name.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    /// Removes a socket that is ours and that nobody listens on.
    private static func removeStale(
        _ path: String, _ type: __socket_type, _ name: sockaddr_un, _ call: String
    ) throws(SystemError) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK, status.st_uid == geteuid() else {
            throw SystemError(call, EEXIST)
        }
        let number = socket(
            AF_UNIX, Int32(type.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard number >= 0 else { throw .last(call) }
        let probe = FileDescriptor(owning: number)
        var name = name
        let result = withAddress(&name) { connect(probe.number, $0, $1) }
        guard result != 0, errno == ECONNREFUSED else { throw SystemError(call, EADDRINUSE) }
        unlink(path)
    }
}
