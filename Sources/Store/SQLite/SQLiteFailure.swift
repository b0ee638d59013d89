internal import Csqlite
internal import EventCore
internal import Glibc

/// A call of SQLite that failed: its code, its words, and how each border of the store names it.
struct SQLiteFailure: Error, Equatable {
    /// Extended result code.
    let code: Int32
    /// `errno` of the system call behind it; only meaningful for SQLITE_IOERR and SQLITE_CANTOPEN.
    let systemError: Int32
    /// SQLite's sentence.
    let message: String

    /// The low byte: the kind of failure without its detail.
    var primaryCode: Int32 { code & 0xff }

    /// Whether room on the disk, or in the quota, was missing.
    ///
    /// SQLite turns ENOSPC of a plain write into SQLITE_FULL. Through fdatasync, on network file systems and
    /// with quotas it arrives as an I/O error. SQLITE_IOERR_SHMSIZE means that the index of the log cannot
    /// grow, for which only room can be missing.
    var isFull: Bool {
        switch primaryCode {
        case SQLITE_FULL: true
        case SQLITE_IOERR:
            systemError == ENOSPC || systemError == EDQUOT
                || code == SQLITE_IOERR | (19 << 8)  // SQLITE_IOERR_SHMSIZE, a macro Swift cannot see
        default: false
        }
    }

    /// Whether it may come from the shared index of the log (`-shm`), without which one can do.
    var mayBeSharedIndex: Bool {
        primaryCode == SQLITE_IOERR || primaryCode == SQLITE_CANTOPEN || primaryCode == SQLITE_FULL
    }

    /// As the core is told.
    var journalError: JournalError { isFull ? .full : .unavailable(message) }

    /// As an operator is told who starts the daemon with the database at `path`.
    func storeError(_ path: String) -> StoreError {
        if isFull {
            return StoreError(.full, "\(path): no room on the disk (\(message)); make room")
        }
        switch primaryCode {
        case SQLITE_NOTADB: return .notDatabase(path)
        // SQLITE_ERROR: our SQL is right, so the tables are not what `user_version` promises.
        case SQLITE_CORRUPT, SQLITE_ERROR: return .corrupt(path, message)
        case SQLITE_BUSY, SQLITE_LOCKED:
            return StoreError(
                .locked, "\(path) is locked by another program (\(message)); end that program")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH, SQLITE_CANTOPEN:
            return StoreError(
                .notWritable,
                "\(path) cannot be written (\(message)); give this user the right to read and write it"
            )
        default:
            return StoreError(.system, "\(path): \(message) (SQLite code \(code))")
        }
    }
}

extension StoreError {
    static func notDatabase(_ path: String) -> StoreError {
        StoreError(
            .notDatabase,
            "\(path) is not a SQLite database; move it away, or name another state directory")
    }

    static func corrupt(_ path: String, _ detail: String) -> StoreError {
        StoreError(
            .corrupt,
            "\(path) is damaged (\(detail)); restore it from a backup, save its rows with "
                + "`sqlite3 FILE .recover`, or move it away to begin with an empty one")
    }
}
