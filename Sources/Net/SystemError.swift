internal import Glibc

/// A system call that failed: which, and the errno it left.
public struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The call and what it was about: `bind 127.0.0.1:8080`.
    public let call: String
    /// Its errno.
    public let errno: Int32

    /// An error from its two parts.
    public init(_ call: String, _ errno: Int32) {
        self.call = call
        self.errno = errno
    }

    /// The error of the call that has just failed on this thread; to be made before any other call.
    public static func last(_ call: String) -> SystemError {
        SystemError(call, Glibc.errno)
    }

    /// `bind 127.0.0.1:80: Permission denied`.
    public var description: String { call + ": " + words }

    /// Whether somebody else has what was asked for (EADDRINUSE).
    public var isInUse: Bool { errno == EADDRINUSE }

    /// Whether something is in the way that is not ours (EEXIST).
    public var isInTheWay: Bool { errno == EEXIST }

    /// The system's words for the errno.
    public var words: String { String(cString: strerror(errno)) }
}
