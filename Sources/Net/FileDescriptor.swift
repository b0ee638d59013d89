internal import Glibc

/// A descriptor that is owned here and closed exactly once: when its owner goes.
public struct FileDescriptor: ~Copyable, Sendable {
    /// The number the kernel knows it by; valid as long as this value lives.
    public let number: Int32

    /// Takes over a descriptor that nobody else closes.
    public init(owning number: Int32) {
        self.number = number
    }

    /// Gives the descriptor away: whoever takes the number closes it.
    public consuming func take() -> Int32 {
        let number = self.number
        discard self
        return number
    }

    deinit {
        // EINTR included, Linux has released the number: never tried again.
        close(number)
    }
}
