/// The file of tokens as a whole.
extension TokenEntry {
    /// Most tokens in a file.
    public static let entriesMax = 10_000

    /// What is wrong with a file, and where.
    public struct FileError: Error, Sendable, Equatable {
        /// The line, from 1.
        public let line: Int
        /// One sentence that says what was expected.
        public let message: String
    }

    /// Reads a file: an entry a line, `#` begins a comment, empty lines are nothing. Throws at the first line that is
    /// none of these, and for a token that is there twice.
    public static func entries(of bytes: [UInt8]) throws(FileError) -> [TokenEntry] {
        var entries: [TokenEntry] = []
        var seen: Set<SHA256> = []
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let isBlank = line.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
            if isBlank || line.first == UInt8(ascii: "#") { continue }
            do throws(AccessTextError) {
                let entry = try TokenEntry(parsing: Array(line).span)
                guard seen.insert(entry.digest).inserted else {
                    throw AccessTextError("This token is in the file already.")
                }
                entries.append(entry)
                guard entries.count <= entriesMax else {
                    throw AccessTextError("More than \(entriesMax) tokens.")
                }
            } catch {
                throw FileError(line: number + 1, message: error.message)
            }
        }
        return entries
    }
}
