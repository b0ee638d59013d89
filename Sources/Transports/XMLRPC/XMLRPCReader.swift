internal import Cexpat

/// Reads one XML-RPC response with expat. Not thread-safe, used once.
///
/// Lenient in what the value is and strict in what it is not: well-formed XML whose root is
/// `methodResponse`, with `params` or `fault` in it and nothing beside.
final class XMLRPCReader {
    /// Most elements inside each other; one more is refused.
    static let depthMax = 64

    /// The element whose end has not come, and those around it.
    private var path: [String] = []
    /// What stands directly in the root: `params` or `fault`.
    private var kind: String?
    /// What was wrong first, in words; nil as long as nothing is.
    private var objection: String?
    private var members: [String: String] = [:]
    private var memberName = ""
    private var memberValue = ""
    private var isTyped = false
    private var text = ""
    private var parser: XML_Parser?

    /// What `body` says.
    func read(_ body: [UInt8]) -> XMLRPCReply {
        guard let parser = XML_ParserCreate(nil) else { return .invalid("no memory to read it") }
        defer { XML_ParserFree(parser) }
        self.parser = parser
        defer { self.parser = nil }
        XML_SetUserData(parser, Unmanaged.passUnretained(self).toOpaque())
        XML_SetElementHandler(parser, elementBegins, elementEnds)
        XML_SetCharacterDataHandler(parser, textComes)
        XML_SetStartDoctypeDeclHandler(parser, declarationBegins)
        let status = body.withUnsafeBytes { bytes in
            XML_Parse(
                parser, bytes.assumingMemoryBound(to: CChar.self).baseAddress,
                Int32(clamping: bytes.count), 1)
        }
        if let objection { return .invalid(objection) }
        guard status == XML_STATUS_OK else { return .invalid(Self.complaint(of: parser)) }
        return reply
    }

    private var reply: XMLRPCReply {
        guard kind == "fault" else {
            return kind == nil ? .invalid("expected params or a fault") : .result
        }
        guard let text = members["faultString"],
            let code = Int64(members["faultCode"].map(Self.trimmed) ?? "")
        else { return .invalid("expected a fault to have a faultCode and a faultString") }
        return .fault(code: code, text: text)
    }

    /// Where it is no XML, in expat's words.
    private static func complaint(of parser: XML_Parser) -> String {
        let words = XML_ErrorString(XML_GetErrorCode(parser)).map { String(cString: $0) } ?? "?"
        return "no XML at line \(XML_GetCurrentLineNumber(parser)), \(words)"
    }

    private static func trimmed(_ text: String) -> String {
        String(text.filter { !$0.isWhitespace })
    }

    // MARK: What expat tells

    fileprivate func begins(_ name: String) {
        guard objection == nil else { return }
        switch path.count {
        case 0 where name != "methodResponse": return stop("expected a methodResponse")
        case 1:
            guard name == "params" || name == "fault" else {
                return stop("expected params or a fault")
            }
            guard kind == nil else { return stop("expected either params or a fault") }
            kind = name
        case Self.depthMax: return stop("expected at most \(Self.depthMax) elements in each other")
        default: break
        }
        path.append(name)
        // A member's parts begin, or the typed value inside one: white space around it is none of
        // it.
        if path.count <= Self.memberPath.count + 2 { text = "" }
    }

    fileprivate func ends() {
        guard objection == nil, let name = path.popLast() else { return }
        if path == Self.memberPath + ["value"] {
            (memberValue, isTyped) = (text, true)
        } else if path == Self.memberPath {
            if name == "name" { memberName = Self.trimmed(text) }
            // Without a type it is a string.
            if name == "value", !isTyped { memberValue = text }
        } else if path == Self.memberPath.dropLast(), name == "member" {
            members[memberName] = memberValue
            (memberName, memberValue, isTyped) = ("", "", false)
        }
    }

    fileprivate func comes(_ more: String) {
        guard objection == nil, path.count > Self.memberPath.count else { return }
        text += more
    }

    fileprivate func declares() {
        stop("expected no document type declaration")
    }

    /// Gives up: nothing of what follows is looked at.
    private func stop(_ expectation: String) {
        objection = objection ?? expectation
        XML_StopParser(parser, XML_Bool(0))
    }

    /// What is around the parts of a fault's struct.
    private static let memberPath = ["methodResponse", "fault", "value", "struct", "member"]
}

private func reader(_ context: UnsafeMutableRawPointer) -> XMLRPCReader {
    Unmanaged<XMLRPCReader>.fromOpaque(context).takeUnretainedValue()
}

private let elementBegins: XML_StartElementHandler = { context, name, _ in
    guard let context, let name else { return }
    reader(context).begins(String(cString: name))
}

private let elementEnds: XML_EndElementHandler = { context, _ in
    guard let context else { return }
    reader(context).ends()
}

private let textComes: XML_CharacterDataHandler = { context, bytes, count in
    guard let context, let bytes else { return }
    let text = UnsafeRawBufferPointer(start: bytes, count: Int(count))
    reader(context).comes(String(decoding: text, as: UTF8.self))
}

private let declarationBegins: XML_StartDoctypeDeclHandler = { context, _, _, _, _ in
    guard let context else { return }
    reader(context).declares()
}
