internal import Foundation

/// A directory of a test's own, gone with everything in it when the test lets go of it.
public final class PrivateDirectory {
    /// Its path, without a slash at the end.
    public let path: String

    /// Makes one; its path is short enough for UNIX sockets.
    public init() throws {
        var template = Array("/tmp/carillon-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
