internal import Glibc

/// What the system knows this process by.
public enum ThisProcess {
    /// Its process id.
    public static var id: Int32 { getpid() }
}
