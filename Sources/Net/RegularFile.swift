internal import Glibc

/// A regular file, open for reading.
struct RegularFile: ~Copyable {
    /// What the system says of the file that is open, whatever lies at the path by now.
    let status: stat
    private let descriptor: FileDescriptor
    private let path: String

    private static let chunkBytes = 65_536

    /// Opens it, following symbolic links. Never blocks on a FIFO or device: that is EINVAL, a directory EISDIR. Errors
    /// name the path.
    init(_ path: String) throws(SystemError) {
        let number = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw .last(path) }
        let descriptor = FileDescriptor(owning: number)
        var status = stat()
        guard fstat(number, &status) == 0 else { throw .last(path) }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw SystemError(path, EISDIR)
        default: throw SystemError(path, EINVAL)
        }
        self.status = status
        self.descriptor = descriptor
        self.path = path
    }

    /// All of it. EFBIG for more than `bytesMax`: counted while reading, for what `fstat` said may have grown.
    func contents(bytesMax: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: Self.chunkBytes)
        while true {
            let count = read(descriptor.number, &part, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .last(path) }
            if count == 0 { return bytes }
            guard bytes.count + count <= bytesMax else { throw SystemError(path, EFBIG) }
            bytes += part[..<count]
        }
    }
}
