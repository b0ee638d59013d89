internal import Net
internal import WireFormats

/// The weak entity tags of lists: `W/"` start of the process and version of the list `"`.
///
/// The start is in it because versions begin anew with the process.
enum EntityTag {
    /// Adds `ETag` and `Cache-Control` to an answer.
    static func add(version: UInt64, epoch: Int64, to response: inout HTTPResponse) {
        response.addField("ETag", text(version: version, epoch: epoch))
        response.addField("Cache-Control", "no-cache")
    }

    /// Writes 304: the client has this version.
    static func writeNotModified(version: UInt64, epoch: Int64, to response: inout HTTPResponse) {
        response.status = 304
        add(version: version, epoch: epoch, to: &response)
    }

    /// Whether `If-None-Match` is `*`, which matches whatever there is (RFC 9110 §13.1.2); a list always is.
    static func matchesAny(_ request: borrowing HTTPRequest) -> Bool {
        request.field("If-None-Match")?.elementsEqual("*".utf8) ?? false
    }

    /// Whether `If-None-Match` names `tag`, which is written in lower case; weak or strong makes no difference there.
    static func isNamed(_ tag: String, in request: borrowing HTTPRequest) -> Bool {
        guard let value = request.field("If-None-Match") else { return false }
        return value.lowercasedText.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" })
            .contains { ($0.hasPrefix("w/") ? $0.dropFirst(2) : $0) == tag }
    }

    /// The version that `If-None-Match` names, if one of its tags is of this process; nil where none can match.
    static func version(in request: borrowing HTTPRequest, epoch: Int64) -> UInt64? {
        guard let value = request.field("If-None-Match") else { return nil }
        let start = String(epoch, radix: 35) + "z"
        for tag in value.lowercasedText.split(whereSeparator: {
            $0 == "," || $0 == " " || $0 == "\t"
        }) {
            let opaque = tag.hasPrefix("w/") ? tag.dropFirst(2) : tag
            guard opaque.hasPrefix("\"" + start), opaque.hasSuffix("\"") else { continue }
            if let version = UInt64(opaque.dropFirst(start.count + 1).dropLast(), radix: 35) {
                return version
            }
        }
        return nil
    }

    private static func text(version: UInt64, epoch: Int64) -> String {
        // Base 35 has no z: it separates.
        "W/\"\(String(epoch, radix: 35))z\(String(version, radix: 35))\""
    }
}
