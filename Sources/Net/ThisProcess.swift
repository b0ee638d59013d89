internal import Glibc

/// What the system knows this process by.
public enum ThisProcess {
    /// Its process id.
    public static var id: Int32 { getpid() }
    /// The user as whom it acts: its effective user id.
    public static var user: UInt32 { geteuid() }
}
