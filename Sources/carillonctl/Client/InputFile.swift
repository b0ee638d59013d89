import Net

/// Text that a command is handed in a file, or through standard input.
enum InputFile {
    /// The text of the file at `path`; of standard input for `-`. More than `bytesMax` bytes are a usage error.
    static func text(_ path: String, bytesMax: Int) throws(Failure) -> String {
        if path == "-" {
            return String(decoding: try StandardInput.read(bytesMax: bytesMax), as: UTF8.self)
        }
        do throws(SystemError) {
            return String(decoding: try Files.read(path, bytesMax: bytesMax), as: UTF8.self)
        } catch {
            throw Failure(.usage, "Cannot read \(error)")
        }
    }
}
