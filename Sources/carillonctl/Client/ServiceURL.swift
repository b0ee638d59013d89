/// Where the service is: `http://…`, `https://…`, or a UNIX socket as `unix:/path` or `/path`.
struct ServiceURL {
    /// What paths are appended to; without a `/` at its end.
    let base: String
    /// The UNIX socket to connect to instead of the base's host.
    let unixPath: String?
    /// As it was given.
    let text: String

    /// Where `carillond` listens when told nothing else.
    static let standard = "http://127.0.0.1:8080"

    init(parsing text: String) throws(Failure) {
        self.text = text
        if text.hasPrefix("/") || text.hasPrefix("unix:/") {
            unixPath = String(text.dropFirst(text.hasPrefix("/") ? 0 : 5))
            base = "http://localhost"
            return
        }
        unixPath = nil
        guard text.hasPrefix("http://") || text.hasPrefix("https://"),
            let slashes = text.firstRange(of: "//"), slashes.upperBound < text.endIndex
        else {
            throw Failure(
                .usage, "--url \(text): expected http://HOST:PORT, https://HOST or unix:/PATH.")
        }
        base = text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// `text` as one segment of a path or one value of a query (RFC 3986 §2.3: all but the unreserved is escaped).
    static func escaped(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            let scalar = Unicode.Scalar(byte)
            switch scalar {
            case "a"..."z", "A"..."Z", "0"..."9", "-", ".", "_", "~":
                result.unicodeScalars.append(scalar)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += "%" + (byte < 16 ? "0" : "") + digits
            }
        }
        return result
    }
}
