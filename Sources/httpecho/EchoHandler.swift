import Net
import WireFormats

/// Answers that show a third-party HTTP exam what our parser made of its requests. No policy of its
/// own: any Host, any Origin, any Content-Type.
struct EchoHandler: HTTPHandler {
    private static let tag: StaticString = "\"echo-1\""
    private static let modified: StaticString = "Sat, 01 Jan 2000 00:00:00 GMT"

    /// One row per path: which methods it knows.
    private enum Route {
        case root, echo, cookie, asterisk

        init?(_ request: borrowing HTTPRequest) {
            if request.hasPath("/") {
                self = .root
            } else if request.hasPath("/echo") {
                self = .echo
            } else if request.hasPath("/cookie") {
                self = .cookie
            } else if request.hasPath("*") {
                self = .asterisk
            } else {
                return nil
            }
        }

        var allow: StaticString {
            switch self {
            case .root: "GET, HEAD, OPTIONS, POST"
            case .echo: "GET, HEAD, OPTIONS, POST"
            case .cookie: "GET, HEAD, OPTIONS"
            case .asterisk: "OPTIONS"
            }
        }
    }

    func respond(to request: borrowing HTTPRequest, _ response: inout HTTPResponse) -> HTTPAnswer {
        guard let route = Route(request) else {
            response.status = 404
            text("no such path\n", &response)
            return .ready
        }
        switch (request.method, route) {
        case (.options, _):
            response.addField("Allow", route.allow)
        case (.get, .root), (.head, .root): root(request, &response)
        case (.post, .root):
            response.contentType = "application/octet-stream"
            response.body.append(contentsOf: request.body)
        case (.get, .echo), (.head, .echo), (.post, .echo): fields(request, &response)
        case (.get, .cookie), (.head, .cookie): cookies(request, &response)
        default:
            response.status = 405
            response.addField("Allow", route.allow)
            text("method not allowed\n", &response)
        }
        return .ready
    }

    /// A small resource with validators.
    private func root(_ request: borrowing HTTPRequest, _ response: inout HTTPResponse) {
        response.addField("ETag", Self.tag)
        response.addField("Last-Modified", Self.modified)
        if isFresh(request) {
            response.status = 304
            return
        }
        text("OK", &response)
    }

    /// RFC 9110 §13.2.2: If-None-Match decides where it is there; else If-Modified-Since does.
    private func isFresh(_ request: borrowing HTTPRequest) -> Bool {
        if let tags = request.field("If-None-Match") {
            let value = String(decoding: tags, as: UTF8.self)
            return value == "*"
                || value.split(separator: ",").contains { $0.hasSuffix("\"echo-1\"") }
        }
        guard let date = request.field("If-Modified-Since") else { return false }
        return String(decoding: date, as: UTF8.self) == Self.modified.description
    }

    /// The header lines as they came.
    private func fields(_ request: borrowing HTTPRequest, _ response: inout HTTPResponse) {
        response.contentType = "text/plain"
        for index in 0..<request.fieldCount {
            let field = request.field(at: index)
            response.body.append(contentsOf: field.name)
            response.append(": ")
            response.body.append(contentsOf: field.value)
            response.append("\n")
        }
    }

    /// The cookies, one `name=value` a line.
    private func cookies(_ request: borrowing HTTPRequest, _ response: inout HTTPResponse) {
        response.contentType = "text/plain"
        for index in 0..<request.fieldCount {
            let field = request.field(at: index)
            guard String(decoding: field.name, as: UTF8.self).lowercased() == "cookie" else {
                continue
            }
            for pair in String(decoding: field.value, as: UTF8.self).split(separator: ";") {
                guard pair.contains("=") else { continue }
                response.append(String(pair.drop { $0 == " " }))
                response.append("\n")
            }
        }
    }

    private func text(_ text: StaticString, _ response: inout HTTPResponse) {
        response.contentType = "text/plain"
        response.append(text)
    }
}
