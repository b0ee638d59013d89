/// Where a reply may go: a FIFO right inside one directory.
enum ReplyPath {
    /// Most bytes of a FIFO's name; the system's own limit is 255.
    static let nameBytesMax = 255

    /// The path for `name`, which is a bare name or an absolute path inside `directory`. nil for
    /// everything else: other directories, `.` and names that begin with a dot, backslashes (as in
    /// OpenSIPS), control characters, what is no UTF-8.
    static func resolve(_ name: [UInt8], in directory: String) -> String? {
        var bare = name[...]
        let inside = Array(directory.utf8) + [slash]
        if bare.starts(with: inside) { bare = bare.dropFirst(inside.count) }
        guard (1...nameBytesMax).contains(bare.count), bare.first != dot,
            bare.allSatisfy({ $0 != slash && $0 != backslash && $0 > 0x1F && $0 != 0x7F }),
            let text = String(validating: bare, as: UTF8.self)
        else { return nil }
        return directory + "/" + text
    }
}

private let slash = UInt8(ascii: "/")
private let backslash = UInt8(ascii: "\\")
private let dot = UInt8(ascii: ".")
