import Glibc

/// What is given on standard input.
enum StandardInput {
    /// All of it. Blocks until its end; more than `bytesMax` is a usage error.
    static func read(bytesMax: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= bytesMax {
            let count = Glibc.read(STDIN_FILENO, &part, part.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure(
                    .failed, "Cannot read standard input: " + String(cString: strerror(errno)))
            }
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
        throw Failure(.usage, "Standard input has more than \(bytesMax) bytes.")
    }
}
