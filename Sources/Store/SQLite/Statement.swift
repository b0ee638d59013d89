internal import Csqlite

/// A prepared statement: a handle only. It belongs to its `Connection`, which finalizes it at the latest
/// when it closes.
struct Statement {
    private let handle: OpaquePointer

    init(_ handle: OpaquePointer) { self.handle = handle }

    /// Runs a statement without results, then makes it ready for the next run.
    func run() throws(SQLiteFailure) {
        defer { reset() }
        while try step() {}
    }

    /// Moves to the next row; false after the last.
    func step() throws(SQLiteFailure) -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let database = sqlite3_db_handle(handle)
            throw SQLiteFailure(
                code: code, systemError: sqlite3_system_errno(database),
                message: String(cString: sqlite3_errmsg(database)))
        }
    }

    /// Back to before the first row; bound values are forgotten.
    func reset() {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
    }

    /// Ends it before its connection does. Not to be used afterwards.
    func finalize() { sqlite3_finalize(handle) }

    // MARK: Values in, parameters counted from 1

    func bind(_ index: Int32, _ value: Int64) { sqlite3_bind_int64(handle, index, value) }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { sqlite3_bind_null(handle, index) }
    }

    func bind(_ index: Int32, _ value: UInt64) { bind(index, Int64(bitPattern: value)) }

    /// Fails only without memory or above SQLite's limit of 1 GB; the row's NOT NULL then refuses it.
    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                _ = sqlite3_bind_text(
                    handle, index, characters.baseAddress, Int32(clamping: characters.count),
                    carillon_sqlite_transient())
            }
        }
    }

    func bind(_ index: Int32, _ text: String?) {
        if let text { bind(index, text) } else { sqlite3_bind_null(handle, index) }
    }

    // MARK: Values out, columns counted from 0

    /// The integer; what is none is converted as SQLite does.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// The integer, or nil inside for NULL; nil itself for anything else.
    func nullableInteger(_ column: Int32) -> Int64?? {
        switch sqlite3_column_type(handle, column) {
        case SQLITE_INTEGER: .some(integer(column))
        case SQLITE_NULL: .some(nil)
        default: nil
        }
    }

    /// The text, `.some(nil)` for NULL, nil for anything else.
    func nullableText(_ column: Int32) -> String?? {
        if sqlite3_column_type(handle, column) == SQLITE_NULL { return .some(nil) }
        return text(column).map { .some($0) }
    }

    /// The text, nil if it is none or no UTF-8.
    func text(_ column: Int32) -> String? {
        guard sqlite3_column_type(handle, column) == SQLITE_TEXT,
            let start = sqlite3_column_text(handle, column)
        else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        // The conversion of a C string is by far the fastest; only U+0000 inside needs the other one.
        if let text = String(
            validatingCString: UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self)),
            text.utf8.count == count
        {
            return text
        }
        return String(validating: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
