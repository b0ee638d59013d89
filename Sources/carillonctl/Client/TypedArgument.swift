import WireFormats

/// `key=value` and `key:=json`, as typed on a command line.
enum TypedArgument {
    /// A name and a value, or nil where `text` has no `=`. The name is what stands before the first `=`.
    static func pair(_ text: String) throws(Failure) -> (name: String, value: JSON)? {
        guard let equals = text.firstIndex(of: "=") else { return nil }
        let value = String(text[text.index(after: equals)...])
        let name = text[..<equals]
        if name.hasSuffix(":") { return (String(name.dropLast()), try exact(value)) }
        return (String(name), guessed(value))
    }

    /// The type that a value looks like: a JSON number, `true`, `false`; text otherwise. What JSON would not call a
    /// number, like `007` or `+5`, is text: telephone numbers stay what they are.
    static func guessed(_ text: String) -> JSON {
        if text == "true" { return true }
        if text == "false" { return false }
        guard let first = text.utf8.first,
            first == UInt8(ascii: "-") || (0x30...0x39).contains(first),
            let number = try? JSON(parsing: Array(text.utf8).span)
        else { return .string(text) }
        return number
    }

    /// An occurrence's params: an object where all have a name, an array where none has.
    static func params(_ texts: [String]) throws(Failure) -> JSON {
        var named: [(String, JSON)] = []
        var bare: [JSON] = []
        for text in texts {
            if let pair = try pair(text) {
                named.append(pair)
            } else {
                bare.append(guessed(text))
            }
        }
        guard named.isEmpty || bare.isEmpty else {
            throw Failure(
                .usage, "Either all params have a name (key=value) or none has.",
                advice: "A bare value with = in it is given in JSON: --json '[\"a=b\"]'")
        }
        return named.isEmpty ? .array(bare) : .object(named)
    }

    /// Any JSON text.
    static func exact(_ text: String) throws(Failure) -> JSON {
        do throws(JSONError) {
            return try JSON(parsing: Array(text.utf8).span)
        } catch {
            throw Failure(
                .usage, "'\(text)' is no JSON, at byte \(error.offset): \(error.message).",
                advice: "A text is written in quotes, \"like this\"; or use = instead of :=.")
        }
    }
}
