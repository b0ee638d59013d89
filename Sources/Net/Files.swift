internal import Glibc

/// Questions about files, for those that may not ask the system themselves.
public enum Files {
    /// Whether this process may read the file at `path`. Blocks as long as the file system does.
    public static func isReadable(_ path: String) -> Bool {
        access(path, R_OK) == 0
    }
}
