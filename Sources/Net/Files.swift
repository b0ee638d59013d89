internal import Glibc

/// Files, for those that may not ask the system themselves.
public enum Files {
    /// Whether this process may read the file at `path`. Blocks as long as the file system does.
    public static func isReadable(_ path: String) -> Bool {
        access(path, R_OK) == 0
    }

    /// The bytes of a regular file. Blocks, but never on a FIFO or device: that is EINVAL, a directory EISDIR, and one
    /// of more than `bytesMax` EFBIG. The error names the path.
    public static func read(_ path: String, bytesMax: Int) throws(SystemError) -> [UInt8] {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw .last(path) }
        let descriptor = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(descriptor.number, &status) == 0 else { throw .last(path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw SystemError(path, EISDIR)
        default: throw SystemError(path, EINVAL)
        }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(descriptor.number, &part, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .last(path) }
            if count == 0 { return bytes }
            // Counted while reading: what fstat says may have grown meanwhile.
            guard bytes.count + count <= bytesMax else { throw SystemError(path, EFBIG) }
            bytes += part[..<count]
        }
    }
}
