/// The way to a value inside a document, as RFC 6901 writes it: `/params/callid`, `/params/0`.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The pointer's text: empty for the whole document.
    public let text: String

    /// The whole document.
    public static let root = JSONPointer(text: "")

    private init(text: String) { self.text = text }

    /// The member `name` of what this points at. RFC 6901 §3: `~` is written `~0` and `/` is written
    /// `~1`.
    public func child(_ name: String) -> JSONPointer {
        var text = text
        text.append("/")
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": text.append("~0")
            case "/": text.append("~1")
            default: text.unicodeScalars.append(scalar)
            }
        }
        return JSONPointer(text: text)
    }

    /// The element `index`, from 0, of what this points at.
    public func child(_ index: Int) -> JSONPointer { JSONPointer(text: "\(text)/\(index)") }

    /// The pointer's text.
    public var description: String { text }
}
