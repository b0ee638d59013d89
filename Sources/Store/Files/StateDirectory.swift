internal import Glibc

/// The directory of a store: made when missing, held by one process at a time.
///
/// The hold is a `flock` on the directory itself: the kernel ends it with the process, however that dies,
/// no file is left behind, and it needs no room on the disk. SQLite's own locks stay free, so that operators
/// can read and back up with `sqlite3` while the daemon runs, which `locking_mode=EXCLUSIVE` would forbid.
struct StateDirectory: ~Copyable {
    /// Its absolute path, symbolic links resolved.
    let path: String
    private let descriptor: Int32

    /// Makes what is missing of `directory` (mode 0700) and takes hold of it; does not wait.
    /// Throws `.directory`, `.notWritable`, `.locked` or `.full`.
    static func hold(_ directory: String) throws(StoreError) -> StateDirectory {
        var descriptor = open(directory)
        if descriptor < 0, errno == ENOENT {
            try make(directory)
            descriptor = open(directory)
        }
        guard descriptor >= 0 else { throw unusable(directory, errno) }
        do throws(StoreError) {
            let path = try resolve(directory)
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                throw errno == EWOULDBLOCK ? inUse(path) : unusable(path, errno)
            }
            return StateDirectory(path: path, descriptor: descriptor)
        } catch {
            close(descriptor)
            throw error
        }
    }

    deinit {
        // Not only closed: a child of this process that has not come to its `exec` yet shares the hold, flock(2).
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Makes an empty file that only this user may read, whatever the umask: sockets may hold secrets. SQLite
    /// gives the files beside a database the same mode.
    func createPrivateFile(_ file: String) throws(StoreError) {
        let flags = O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC
        let created = Glibc.open(file, flags, 0o600)
        guard created >= 0 else { throw Self.unwritable(file, errno) }
        defer { close(created) }
        guard fchmod(created, 0o600) == 0 else { throw Self.unwritable(file, errno) }
    }

    /// Gives a finished file its final name once all of it is on disk, so that no crash leaves half of it there.
    func publish(_ file: String, as name: String) throws(StoreError) {
        let opened = Glibc.open(file, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw Self.unwritable(file, errno) }
        defer { close(opened) }
        guard fsync(opened) == 0, rename(file, name) == 0, fsync(descriptor) == 0 else {
            throw Self.unwritable(name, errno)
        }
    }

    /// Deletes a file if it is there.
    func remove(_ file: String) throws(StoreError) {
        if unlink(file) != 0, errno != ENOENT { throw Self.unwritable(file, errno) }
    }

    /// Bytes of a file, nil if there is none. `.notDatabase` for what is no file: a directory, a device.
    func size(_ file: String) throws(StoreError) -> Int? {
        var status = stat()
        guard stat(file, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw Self.unreadable(file, errno)
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notDatabase(file) }
        return Int(status.st_size)
    }

    /// The first `count` bytes of a file, fewer if it is shorter.
    func head(_ file: String, count: Int) throws(StoreError) -> [UInt8] {
        let opened = Glibc.open(file, O_RDONLY | O_CLOEXEC)
        guard opened >= 0 else { throw Self.unreadable(file, errno) }
        defer { close(opened) }
        var bytes = [UInt8](repeating: 0, count: count)
        let got = pread(opened, &bytes, count, 0)
        guard got >= 0 else { throw Self.unreadable(file, errno) }
        return Array(bytes.prefix(got))
    }

    private static func resolve(_ directory: String) throws(StoreError) -> String {
        guard let resolved = realpath(directory, nil) else { throw unusable(directory, errno) }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    private static func open(_ directory: String) -> Int32 {
        Glibc.open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }

    /// Makes the directory and its missing parents, from the top. All are 0700, as the XDG base directory
    /// specification asks for the directories of a user's state.
    private static func make(_ directory: String) throws(StoreError) {
        for end in directory.indices.dropFirst() where directory[end] == "/" {
            try makeOne(String(directory[..<end]))
        }
        try makeOne(directory)
    }

    private static func makeOne(_ directory: String) throws(StoreError) {
        if mkdir(directory, 0o700) == 0 {
            // The umask may have taken bits from it that we need ourselves.
            guard chmod(directory, 0o700) == 0 else { throw unusable(directory, errno) }
        } else if errno != EEXIST {
            throw unusable(directory, errno)
        }
    }

    private static func inUse(_ directory: String) -> StoreError {
        StoreError(
            .locked,
            "\(directory) is in use by another carillond; stop that one, or name another state "
                + "directory")
    }

    private static func unusable(_ directory: String, _ error: Int32) -> StoreError {
        switch error {
        case ENOTDIR:
            StoreError(.directory, "\(directory) is not a directory; name another state directory")
        case EACCES, EPERM, EROFS:
            StoreError(
                .notWritable,
                "the state directory \(directory) cannot be used (\(words(error))); give this user "
                    + "the right to read and write it, or name another")
        case ENOSPC, EDQUOT:
            StoreError(
                .full, "the state directory \(directory) cannot be made: no room on the disk")
        default:
            StoreError(
                .directory,
                "the state directory \(directory) cannot be used (\(words(error))); name another")
        }
    }

    private static func unwritable(_ file: String, _ error: Int32) -> StoreError {
        error == ENOSPC || error == EDQUOT
            ? StoreError(.full, "\(file) cannot be written: no room on the disk; make room")
            : StoreError(
                .notWritable,
                "\(file) cannot be written (\(words(error))); give this user the right to write "
                    + "there, or name another state directory")
    }

    private static func unreadable(_ file: String, _ error: Int32) -> StoreError {
        StoreError(
            .notWritable,
            "\(file) cannot be read (\(words(error))); give this user the right to read and write it"
        )
    }

    private static func words(_ error: Int32) -> String { String(cString: strerror(error)) }
}
