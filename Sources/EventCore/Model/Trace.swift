/// What a client calls the request that something comes from, to find it again in logs, receipts and what subscribers get.
public final class Trace: Sendable {
    /// `X-Request-Id`: 1 to 128 visible ASCII characters; nil where the client sent none.
    public let requestID: String?
    /// `traceparent` of W3C Trace Context, version 00; nil as well.
    public let parent: String?

    /// What is not as it should be counts as not sent.
    public init(requestID: String?, parent: String?) {
        self.requestID = requestID.flatMap { Self.isRequestID($0.utf8) ? $0 : nil }
        self.parent = parent.flatMap { Self.isParent($0.utf8) ? $0 : nil }
    }

    /// Most bytes of a request's id.
    public static let requestIDBytesMax = 128

    /// Whether these bytes may be a request's id.
    public static func isRequestID(_ bytes: some Collection<UInt8>) -> Bool {
        1...requestIDBytesMax ~= bytes.count && bytes.allSatisfy { 0x21...0x7E ~= $0 }
    }

    /// Whether these bytes are `00-` 32 hexadecimal digits `-` 16 of them `-` two, in lower case, the first two not all
    /// zeroes. Of a later version we could not say what it means.
    public static func isParent(_ bytes: some Collection<UInt8>) -> Bool {
        guard bytes.count == 55 else { return false }
        let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 32, 16, 2], parts[0].elementsEqual("00".utf8) else {
            return false
        }
        let isHexadecimal = parts.allSatisfy { part in
            part.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
        }
        return isHexadecimal
            && parts[1...2].allSatisfy { part in part.contains { $0 != UInt8(ascii: "0") } }
    }
}
