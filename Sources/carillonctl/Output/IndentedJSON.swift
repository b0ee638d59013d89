import WireFormats

/// JSON for people: two blanks for each level; for programs: one line.
enum IndentedJSON {
    /// One line, compact.
    static func line(_ tree: JSON) -> String {
        var bytes: [UInt8] = []
        bytes.append(tree: tree)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Indented; an empty array or object, and an array of scalars that is short, stay on their line.
    static func text(_ tree: JSON, indent: String = "") -> String {
        let inner = indent + "  "
        switch tree {
        case .array(let elements) where !elements.isEmpty && !isShort(elements):
            let lines = elements.map { inner + text($0, indent: inner) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(indent)]"
        case .object(let members) where !members.isEmpty:
            let lines = members.map {
                "\(inner)\(line(.string($0.0))): \(text($0.1, indent: inner))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
        case .null, .boolean, .integer, .number, .string, .array, .object:
            return line(tree)
        }
    }

    private static func isShort(_ elements: [JSON]) -> Bool {
        elements.count <= 8
            && elements.allSatisfy {
                switch $0 {
                case .array, .object: false
                case .string(let text): text.utf8.count <= 24
                case .null, .boolean, .integer, .number: true
                }
            }
    }
}

extension Printable {
    /// An indented JSON text made safe; its own line feeds stay.
    static func jsonLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Printable.json(String($0)) }.joined(separator: "\n")
    }
}
