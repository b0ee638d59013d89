/// The first bytes of a SQLite database file, as far as they say whose it is; read before SQLite may touch
/// the file. <https://www.sqlite.org/fileformat.html> §1.3.
struct DatabaseHeader: Equatable {
    /// Bytes of the header.
    static let bytes = 100

    /// `PRAGMA application_id`: big-endian at 68.
    let applicationID: Int64
    /// `PRAGMA user_version`: big-endian at 60. A newer one may still be in the log.
    let userVersion: Int64

    /// nil if the bytes do not begin a SQLite database.
    init?(_ head: [UInt8]) {
        guard head.count >= Self.bytes, head.starts(with: "SQLite format 3\0".utf8) else {
            return nil
        }
        applicationID = Self.integer(head[68..<72])
        userVersion = Self.integer(head[60..<64])
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> Int64 {
        Int64(Int32(bitPattern: bytes.reduce(0) { $0 << 8 | UInt32($1) }))
    }
}
