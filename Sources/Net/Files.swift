internal import Glibc

/// Files, for those that may not ask the system themselves.
public enum Files {
    /// Whether this process may read the file at `path`. Blocks as long as the file system does.
    public static func isReadable(_ path: String) -> Bool {
        access(path, R_OK) == 0
    }

    /// `path` itself where it is absolute, else below the directory this process is in; where that is gone, as it is.
    public static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/"), let directory = getcwd(nil, 0) else { return path }
        defer { free(directory) }
        let base = String(cString: directory)
        return base.hasSuffix("/") ? base + path : base + "/" + path
    }

    /// Whether `path` leads to a directory. Blocks as long as the file system does.
    public static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The bytes of a regular file. Blocks, but never on a FIFO or device: that is EINVAL, a directory EISDIR, and one
    /// of more than `bytesMax` EFBIG. The error names the path.
    public static func read(_ path: String, bytesMax: Int) throws(SystemError) -> [UInt8] {
        try RegularFile(path).contents(bytesMax: bytesMax)
    }
}
