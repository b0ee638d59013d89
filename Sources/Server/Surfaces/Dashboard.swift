internal import Cassets
internal import EventCore
internal import Net
internal import WireFormats

/// The page at `/` and what it consists of, as they were when this binary was built.
///
/// It has no secrets, so it is for everybody: what it shows it asks of the API, and says who asks.
enum Dashboard {
    /// One file of it, ready to be sent.
    struct Asset: Sendable {
        let contentType: StaticString
        let bytes: [UInt8]
        /// A strong entity tag, with its quotation marks: a digest of the bytes.
        let tag: String

        fileprivate init(_ contentType: StaticString, _ asset: carillon_asset) {
            self.contentType = contentType
            let bytes = Dashboard.lean(
                UnsafeBufferPointer(start: asset.start, count: Int(asset.bytes)))
            self.bytes = bytes
            tag = "\"\(String(SHA256(of: bytes.span).prefix, radix: 16))\""
        }
    }

    /// The page, its style sheet, its script and its icon.
    static let page = Asset("text/html", carillon_dashboard_page())
    static let style = Asset("text/css", carillon_dashboard_style())
    static let script = Asset("text/javascript", carillon_dashboard_script())
    static let icon = Asset("image/svg+xml", carillon_dashboard_icon())

    /// What the page may do: talk to this service and nobody else, show what came with it and nothing else, and
    /// turn no text into markup.
    static let policy: StaticString = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; \
        form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'
        """

    /// Without what only readers of the source want: indentation, empty lines, and lines that are a comment (`//`).
    /// No file has a text that goes on in another line.
    private static func lean(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let text = line.drop { $0 == UInt8(ascii: " ") }
            guard !text.isEmpty, !text.starts(with: "//".utf8) else { continue }
            result += text
            result.append(UInt8(ascii: "\n"))
        }
        return result
    }
}

/// `/` and its parts.
extension REST {
    /// What sends `asset`.
    static func get(
        _ asset: @escaping @Sendable @autoclosure () -> Dashboard.Asset
    ) -> RouteRow.Action {
        // swift-format-ignore
        { (_, _, request: borrowing HTTPRequest, _, response: inout HTTPResponse) throws(Problem) -> HTTPAnswer in
            try request.strictQuery().finish()
            write(asset(), for: request, to: &response)
            return .ready
        }
    }

    private static func write(
        _ asset: Dashboard.Asset, for request: borrowing HTTPRequest,
        to response: inout HTTPResponse
    ) {
        response.addField("ETag", asset.tag)
        response.addField("Cache-Control", "no-cache")
        response.addField("Content-Security-Policy", Dashboard.policy)
        response.addField("X-Content-Type-Options", "nosniff")
        response.addField("Referrer-Policy", "no-referrer")
        response.addField("Cross-Origin-Resource-Policy", "same-origin")
        if EntityTag.matchesAny(request) || EntityTag.isNamed(asset.tag, in: request) {
            response.status = 304
            return
        }
        response.contentType = asset.contentType
        response.body += asset.bytes
    }
}
