internal import Glibc

/// Which file a path leads to, links not followed: to know later whether it is still that one.
struct FileIdentity: Sendable, Equatable {
    private let device: UInt
    private let inode: UInt

    /// nil where there is none.
    init?(path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        self.init(status)
    }

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
    }
}
