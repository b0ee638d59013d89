/// Why the store cannot be opened or read. Nothing on disk was changed.
///
/// The sentence names the file, says what is wrong with it and what the operator can do; it is made to be the
/// last line a refusing daemon prints.
public struct StoreError: Error, Sendable, Equatable {
    /// What kind of fault it is.
    public enum Reason: Sendable, Equatable {
        /// The state directory is not one, or cannot be made or opened.
        case directory
        /// The directory or a file in it cannot be written.
        case notWritable
        /// Another process uses the directory or holds the database.
        case locked
        /// The file is no SQLite database.
        case notDatabase
        /// A SQLite database of some other program.
        case foreign
        /// Written by a newer Carillon.
        case newer
        /// Damaged: truncated, overwritten, or parts are missing.
        case corrupt
        /// No room on the disk for a new database.
        case full
        /// Any other error of SQLite or the system.
        case system
    }

    /// What kind of fault it is.
    public let reason: Reason
    /// One or two sentences for people.
    public let message: String

    /// An error with its sentence.
    public init(_ reason: Reason, _ message: String) {
        self.reason = reason
        self.message = message
    }
}
