import WireFormats

/// Names and values below each other, values aligned.
enum Facts {
    /// Prints them.
    static func print(_ facts: [(name: String, value: String)]) {
        let width = facts.map(\.name.count).max() ?? 0
        let output = Output.shared
        for (name, value) in facts {
            let blanks = String(repeating: " ", count: width - name.count + 2)
            output.line(output.styled(Printable.text(name), .dim) + blanks + Printable.text(value))
        }
    }

    /// An object's members, those of objects in it as `outer.inner`; empty ones are left out.
    static func flattened(_ tree: JSON, prefix: String = "") -> [(name: String, value: String)] {
        guard case .object(let members) = tree else { return [] }
        return members.flatMap { member -> [(name: String, value: String)] in
            let (name, value) = (prefix + member.0, member.1)
            switch value {
            case .object: return flattened(value, prefix: name + ".")
            case .array(let elements):
                guard !elements.isEmpty else { return [] }
                return [(name, elements.map(text).joined(separator: ", "))]
            case .null, .boolean, .integer, .number, .string: return [(name, text(value))]
            }
        }
    }

    private static func text(_ value: JSON) -> String {
        value.stringValue ?? IndentedJSON.line(value)
    }
}
