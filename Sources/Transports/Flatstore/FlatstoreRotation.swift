internal import WireFormats

/// A file got another name, and the next lines go to a new one.
public struct FlatstoreRotation: Sendable, Equatable {
    /// Why it was rotated. The raw value is OpenSIPS's word for it.
    public enum Reason: String, Sendable {
        case size, period
        /// Asked for by a command.
        case mi
    }

    /// Why.
    public var reason: Reason
    /// The path that lines go to.
    public var file: String
    /// The path of what was written so far; nil where somebody else had renamed it already.
    public var oldFile: String?
    /// Milliseconds since 1970.
    public var time: Int64

    /// Names tried for one file before it is left as it is: seconds have room for so many
    /// rotations.
    static let namesMax = 1_000

    /// What a rotated file is called: `events.20261124T070000Z`, and with `.2`, `.3` behind it
    /// where that is taken.
    static func name(of file: String, at wall: Int64, number: Int) -> String {
        var time: [UInt8] = []
        time.append(rfc3339: wall)
        // 2026-11-24T07:00:00.000Z without what is no digit or letter, and without the
        // milliseconds.
        let stamp = time.prefix(19).filter { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ":") }
        return file + "." + String(decoding: stamp, as: UTF8.self) + "Z"
            + (number == 1 ? "" : ".\(number)")
    }
}
