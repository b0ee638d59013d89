internal import Glibc

/// What the system knows this process by.
public enum ThisProcess {
    /// Its process id.
    public static var id: Int32 { getpid() }
    /// The user as whom it acts: its effective user id.
    public static var user: UInt32 { geteuid() }

    /// Its environment as it is now; a name that is there twice counts once. Any thread, while none changes it.
    public static func environment() -> [String: String] {
        var result: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return result
    }
}
