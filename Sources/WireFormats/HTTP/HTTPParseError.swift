/// What is wrong with a request. None of these leaves a connection usable: the server answers and
/// closes.
public enum HTTPParseError: Error, Sendable, Equatable, CaseIterable {
    case badByte, bareLineFeed, bareCarriageReturn
    case badRequestLine, badMethod, badTarget, badVersion, unsupportedVersion
    case requestLineTooLong, fieldTooLong, headerTooLarge, tooManyFields
    case badField, foldedField, aliasedField, duplicateField
    case missingHost, badHost
    case badContentLength, badTransferCoding, unknownTransferCoding, twoLengths, codingInOldVersion
    case badConnection, unknownExpectation, connectRefused
    case bodyTooLarge, badChunk, chunkExtensionTooLong, badTrailer, forbiddenTrailer,
        tooManyTrailers

    /// One row: what is answered, the stable word for machines, the sentence for people.
    private typealias Row = (status: Int, code: StaticString, detail: StaticString)

    private var row: Row {
        switch self {
        case .badByte:
            (
                400, "bad_byte",
                "A header holds a control character; only a tab within a value is allowed."
            )
        case .bareLineFeed: (400, "bare_line_feed", "Lines end with CR LF, not with LF alone.")
        case .bareCarriageReturn: (400, "bare_carriage_return", "CR is only allowed before LF.")
        case .badRequestLine:
            (400, "bad_request_line", "Expected: method, one space, target, one space, HTTP/1.1.")
        case .badMethod:
            (400, "bad_method", "The method is a token of letters, digits and !#$%&'*+-.^_`|~.")
        case .badTarget:
            (
                400, "bad_target",
                "Expected a path or an http URI, escaped as in RFC 3986, without a fragment."
            )
        case .badVersion: (400, "bad_version", "Expected HTTP/1.1 or HTTP/1.0.")
        case .unsupportedVersion:
            (505, "unsupported_version", "This server speaks HTTP/1.1 and HTTP/1.0.")
        case .requestLineTooLong:
            (414, "request_line_too_long", "The request line is longer than allowed.")
        case .fieldTooLong: (431, "field_too_long", "A header field is longer than allowed.")
        case .headerTooLarge:
            (431, "header_too_large", "The header fields together are larger than allowed.")
        case .tooManyFields: (431, "too_many_fields", "There are more header fields than allowed.")
        case .badField: (400, "bad_field", "Expected a field name directly followed by a colon.")
        case .foldedField:
            (400, "folded_field", "A header field is one line; folding is not allowed.")
        case .aliasedField:
            (
                400, "aliased_field",
                "Content_Length and Transfer_Encoding are too easily mistaken for framing."
            )
        case .duplicateField: (400, "duplicate_field", "This header field may be there only once.")
        case .missingHost: (400, "missing_host", "An HTTP/1.1 request needs a Host field.")
        case .badHost: (400, "bad_host", "Host is one host name or address with an optional port.")
        case .badContentLength:
            (
                400, "bad_content_length",
                "Content-Length is a number of digits without leading zeros."
            )
        case .badTransferCoding: (400, "bad_transfer_coding", "Transfer-Encoding is chunked, once.")
        case .unknownTransferCoding:
            (501, "unknown_transfer_coding", "The only transfer coding understood here is chunked.")
        case .twoLengths:
            (400, "two_lengths", "Content-Length and Transfer-Encoding exclude each other.")
        case .codingInOldVersion:
            (400, "coding_in_old_version", "HTTP/1.0 has no Transfer-Encoding.")
        case .badConnection: (400, "bad_connection", "Connection is a list of tokens.")
        case .unknownExpectation:
            (417, "unknown_expectation", "The only expectation met here is 100-continue.")
        case .connectRefused: (501, "connect_refused", "This server is no proxy.")
        case .bodyTooLarge: (413, "body_too_large", "The body is larger than allowed.")
        case .badChunk:
            (400, "bad_chunk", "Expected a chunk: its size in hexadecimal, CR LF, its data, CR LF.")
        case .chunkExtensionTooLong:
            (400, "chunk_extension_too_long", "The chunk extensions are longer than allowed.")
        case .badTrailer: (400, "bad_trailer", "Expected trailer fields, then an empty line.")
        case .forbiddenTrailer:
            (
                400, "forbidden_trailer",
                "A trailer field that frames, routes or authorizes is not allowed."
            )
        case .tooManyTrailers:
            (400, "too_many_trailers", "There are more trailer fields than allowed.")
        }
    }

    /// The status it is answered with.
    public var status: Int { row.status }

    /// The stable word for machines.
    public var code: StaticString { row.code }

    /// The sentence for people: what was expected.
    public var detail: StaticString { row.detail }
}
