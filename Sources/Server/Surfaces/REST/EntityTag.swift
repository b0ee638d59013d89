internal import EventCore
internal import Net
internal import WireFormats

/// The weak entity tags of lists: `W/"` start of the process and version of the list `"`.
///
/// The start is in it because versions begin anew with the process.
enum EntityTag {
    /// Adds `ETag` and `Cache-Control` to an answer.
    static func add(version: UInt64, epoch: Int64, to response: inout HTTPResponse) {
        response.addField("ETag", bytesMax: textBytesMax) { output in
            output.append(UInt8(ascii: "W"))
            output.append(UInt8(ascii: "/"))
            output.append(UInt8(ascii: "\""))
            output.append(epoch, radix: 35)
            output.append(UInt8(ascii: "z"))
            output.append(version, radix: 35)
            output.append(UInt8(ascii: "\""))
        }
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

    /// The version that `If-None-Match` names, if one of its tags is of this process; nil where none can match. Read as
    /// bytes, without a text: an answer 304 is to cost next to nothing.
    static func version(in request: borrowing HTTPRequest, epoch: Int64) -> UInt64? {
        guard let value = request.field("If-None-Match") else { return nil }
        let quote = UInt8(ascii: "\"")
        var rest = value[...]
        // Whatever is between them, what stands in quotes is a tag; weak or strong makes no difference here.
        while let start = rest.firstIndex(of: quote) {
            let opaque = rest[(start + 1)...]
            guard let end = opaque.firstIndex(of: quote) else { return nil }
            if let version = version(of: opaque[..<end], epoch: epoch) { return version }
            rest = rest[(end + 1)...]
        }
        return nil
    }

    private static func version(
        of opaque: Slice<UnsafeBufferPointer<UInt8>>, epoch: Int64
    ) -> UInt64? {
        // Base 35 has no z: it separates.
        guard let place = opaque.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "z") }),
            let start = number(opaque[..<place]), start == UInt64(exactly: epoch)
        else { return nil }
        return number(opaque[(place + 1)...])
    }

    /// A number in base 35, letters in any case; nil for anything else, and for one that is too large.
    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64? {
        guard !digits.isEmpty else { return nil }
        var number: UInt64 = 0
        for byte in digits {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "y"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "Y"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            let (product, isLarge) = number.multipliedReportingOverflow(by: 35)
            let (sum, isLarger) = product.addingReportingOverflow(UInt64(digit))
            guard !isLarge, !isLarger else { return nil }
            number = sum
        }
        return number
    }

    /// Most bytes of a tag: `W/`, quotes, `z`, a sign, two numbers of 13 digits.
    private static let textBytesMax = 32
}
