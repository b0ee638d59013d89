import RouteScript

/// Applies `{…}{…}` to a value, with variables by their texts.
func transform(
    _ value: ScriptValue, _ chain: String, variables: [String: ScriptValue] = [:]
) throws(TransformationError) -> ScriptValue {
    var value = value
    for link in links(of: chain) {
        var values: [ScriptValue] = []
        let transformation = try Transformation.parse(Array(link.utf8)[...]) {
            (text: ArraySlice<UInt8>) throws(TransformationError) in
            guard let value = variables[String(decoding: text, as: UTF8.self)] else {
                throw TransformationError("There is no such variable.")
            }
            values.append(value)
            return values.count - 1
        }
        // Values stand anywhere in a slice, not at its beginning.
        var steps = 0
        value = transformation.apply(
            value, variables: ([.null] + values).dropFirst(), steps: &steps)
    }
    return value
}

/// What stands between the braces: `{a}{b}`, with braces within braces.
private func links(of chain: String) -> [String] {
    var links: [String] = []
    var depth = 0
    for character in chain {
        if character == "}" { depth -= 1 }
        if depth > 0 { links[links.count - 1].append(character) }
        if character == "{" {
            if depth == 0 { links.append("") }
            depth += 1
        }
    }
    return links
}
