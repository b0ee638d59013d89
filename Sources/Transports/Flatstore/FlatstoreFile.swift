internal import Cepoll
internal import Glibc
internal import Net

/// One file that lines are appended to: a regular file directly in its directory, without other
/// names. Used by one thread; every call may block as long as the file system does.
final class FlatstoreFile {
    private let descriptor: FileDescriptor
    private let device: dev_t
    private let inode: ino_t
    /// How many bytes it had when it was last looked at, and what was written since.
    private(set) var size: Int
    /// When it was last written to, milliseconds since 1970; of an empty file, when it was opened.
    private(set) var time: Int64
    /// A line is there only in part, and could not be taken back: the next one begins behind a line
    /// feed.
    private var endsWithinLine = false

    /// Opens the file called `name`, or makes it where `permissions` are given. Symbolic links are
    /// not followed, and a file that is none, a device, or known by a second name as well is
    /// refused (EINVAL). Throws ENOENT where it is missing and was not to be made.
    init(
        _ name: String, in directory: borrowing FileDescriptor, making permissions: UInt32?,
        wall: Int64
    ) throws(SystemError) {
        let flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC
        var number = openat(directory.number, name, flags)
        if number < 0, errno == ENOENT, let permissions {
            number = openat(directory.number, name, flags | O_CREAT | O_EXCL, mode_t(permissions))
            // The umask is none of its business.
            if number >= 0, fchmod(number, mode_t(permissions)) != 0 {
                let error = SystemError.last(name)
                close(number)
                throw error
            }
        }
        guard number >= 0 else { throw .last(name) }
        descriptor = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .last(name) }
        guard status.st_mode & S_IFMT == S_IFREG, status.st_nlink == 1 else {
            throw SystemError(name, EINVAL)
        }
        device = status.st_dev
        inode = status.st_ino
        size = Int(status.st_size)
        time = size == 0 ? wall : Int64(status.st_mtim.tv_sec) * 1_000
    }

    /// What was written of a row of lines.
    struct Written {
        /// Lines that are in the file from end to end.
        var lines = 0
        /// Why it was not all of them.
        var error: SystemError?
    }

    /// Appends lines, in one piece where the system lets it. After a failure the file ends with the
    /// last whole line again, unless somebody else has written to it meanwhile.
    func append(_ lines: ArraySlice<[UInt8]>, wall: Int64) -> Written {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(lines.reduce(1) { $0 + $1.count })
        if endsWithinLine { bytes.append(UInt8(ascii: "\n")) }
        for line in lines { bytes += line }
        var written = 0
        var error: SystemError?
        while written < bytes.count, error == nil {
            let count = bytes.withUnsafeBytes { buffer in
                let rest = UnsafeRawBufferPointer(rebasing: buffer[written...])
                return write(descriptor.number, rest.baseAddress, rest.count)
            }
            if count >= 0 { written += count } else if errno != EINTR { error = .last("write") }
        }
        size += written
        if written > 0 { time = wall }
        guard let error else {
            endsWithinLine = false
            return Written(lines: lines.count)
        }
        return settle(lines, written: written, error)
    }

    /// Counts the whole lines among the bytes that were written, and takes back what is there of
    /// the next one.
    private func settle(
        _ lines: ArraySlice<[UInt8]>, written: Int, _ error: SystemError
    ) -> Written {
        var end = endsWithinLine ? 1 : 0
        if written < end { return Written(lines: 0, error: error) }
        var whole = 0
        for line in lines {
            guard end + line.count <= written else { break }
            end += line.count
            whole += 1
        }
        endsWithinLine = written > end && !takeBack(written - end)
        return Written(lines: whole, error: error)
    }

    /// Cuts the last `count` bytes off; false where they are not the last ones any more.
    private func takeBack(_ count: Int) -> Bool {
        var status = stat()
        guard fstat(descriptor.number, &status) == 0, Int(status.st_size) == size,
            ftruncate(descriptor.number, off_t(size - count)) == 0
        else { return false }
        size -= count
        return true
    }

    /// Whether the file still has a name; looks at its size too. One that was deleted would swallow
    /// every line.
    func look() -> Bool {
        var status = stat()
        guard fstat(descriptor.number, &status) == 0, status.st_nlink > 0 else { return false }
        size = Int(status.st_size)
        return true
    }

    /// Whether it is this very file that is called `name` in `directory`.
    func isCalled(_ name: String, in directory: borrowing FileDescriptor) -> Bool {
        var status = stat()
        return fstatat(directory.number, name, &status, AT_SYMLINK_NOFOLLOW) == 0
            && status.st_dev == device && status.st_ino == inode
    }
}
