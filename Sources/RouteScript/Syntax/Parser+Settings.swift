extension Parser {
    // setting = "loadmodule" text
    //         | "modparam" "(" text "," text "," ( text | integer ) ")"
    //         | word "=" the rest of the line
    // False if none of them begins here.
    mutating func setting(_ word: String) throws(SyntaxError) -> Bool {
        let place = stream.current.place
        switch word {
        case "loadmodule":
            stream.advance()
            let path = try text("The name of a module between quotes")
            settings.append((.module(Parser.moduleName(path)), place))
        case "modparam":
            stream.advance()
            try moduleParameter(place)
        case "include_file", "import_file":
            try file()
        case "failure_route", "branch_route":
            throw SyntaxError(
                "`\(word)` is about SIP requests that are relayed, which Carillon does not do.",
                place)
        default:
            guard stream.byteBehind == UInt8(ascii: "=") else { return false }
            stream.advance()
            let value = stream.restOfLine()
            settings.append((.global(name: word, value: Parser.globalValue(value.text)), place))
        }
        return true
    }

    // OpenSIPS: the names of modules are a regular expression; only `a|b` of it is in use.
    private mutating func moduleParameter(_ place: Place) throws(SyntaxError) {
        try expect(.leftParenthesis, "`(`")
        let modules = try text("The name of a module between quotes")
        try expect(.comma, "`,`")
        let name = try text("The name of a parameter between quotes")
        try expect(.comma, "`,`")
        let value: ScriptValue
        switch stream.current.kind {
        case .text, .rawText: value = ScriptValue(try text("A text"))
        default: value = .integer(try signedNumber("A text or a number"))
        }
        try expect(.rightParenthesis, "`)`")
        _ = take(.semicolon)
        for module in modules.split(separator: "|") {
            settings.append(
                (.parameter(module: String(module), name: name, value: value), place))
        }
    }

    // include = ( "include_file" | "import_file" ) text
    mutating func file() throws(SyntaxError) {
        stream.advance()
        let place = stream.current.place
        guard stream.current.kind == .text || stream.current.kind == .rawText else {
            throw unexpected("The name of a file between quotes")
        }
        let path = String(decoding: literal(stream.current), as: UTF8.self)
        guard stream.depth <= limits.includeDepthMax else {
            throw SyntaxError(
                "Included more than \(limits.includeDepthMax) levels deep.", place)
        }
        let text: SourceText
        do throws(IncludeError) {
            text = try include(path, stream.openNames.last ?? "")
        } catch {
            throw SyntaxError("`\(path)` cannot be included: \(error.message)", place)
        }
        guard !stream.openNames.contains(text.name) else {
            throw SyntaxError("`\(path)` includes itself.", place)
        }
        sourceBytes += text.bytes.count
        if let fault = SourceCheck.fault(text.bytes, total: sourceBytes, limits) {
            throw SyntaxError("`\(path)`, line \(fault.line): \(fault.message)", place)
        }
        stream.include(text)
    }

    private mutating func text(_ what: String) throws(SyntaxError) -> String {
        guard stream.current.kind == .text || stream.current.kind == .rawText else {
            throw unexpected(what)
        }
        let bytes = literal(stream.current)
        stream.advance()
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `/usr/lib/opensips/modules/event_datagram.so` → `event_datagram`.
    private static func moduleName(_ path: String) -> String {
        let file = path.split(separator: "/").last ?? ""
        return String(file.hasSuffix(".so") ? file.dropLast(3) : file)
    }

    private static func globalValue(_ text: String) -> ScriptValue {
        var text = Substring(text)
        if text.hasSuffix(";") { text.removeLast() }
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") {
            return ScriptValue(String(text.dropFirst().dropLast()))
        }
        if let number = Int64(text) { return .integer(number) }
        switch text {
        case "yes", "true", "on", "enable": return .integer(1)
        case "no", "false", "off", "disable": return .integer(0)
        default: return ScriptValue(String(text))
        }
    }
}
