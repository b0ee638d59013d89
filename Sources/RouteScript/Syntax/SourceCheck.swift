/// What no script may contain, whatever it means: looked for before anything is scanned.
enum SourceCheck {
    /// The first fault of a text; `total` are the bytes of the script with this text.
    static func fault(
        _ bytes: [UInt8], total: Int, _ limits: ScriptLimits
    ) -> (message: String, line: Int, column: Int)? {
        guard total <= limits.sourceBytesMax else {
            return ("A script has at most \(limits.sourceBytesMax) bytes.", 1, 1)
        }
        var line = 1
        var start = 0
        for index in bytes.indices {
            switch bytes[index] {
            case UInt8(ascii: "\n"):
                line += 1
                start = index + 1
            case 0:
                return ("A NUL byte; a script is text.", line, index - start + 1)
            default:
                guard index - start < limits.lineBytesMax else {
                    return ("A line has at most \(limits.lineBytesMax) bytes.", line, 1)
                }
            }
        }
        return invalidUTF8(bytes)
    }

    private static func invalidUTF8(
        _ bytes: [UInt8]
    ) -> (message: String, line: Int, column: Int)? {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
            return nil
        } catch {
            let offset = error.byteOffsets.lowerBound
            let before = bytes[..<offset]
            let start = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
            let line = before.count { $0 == UInt8(ascii: "\n") } + 1
            return ("Bytes that are no UTF-8.", line, offset - start + 1)
        }
    }
}
