internal import EventCore
internal import Net
internal import WireFormats

/// Why a request is not answered as it wished: an RFC 9457 problem document in the making.
struct Problem: Error {
    /// Where in the request something is wrong, and what.
    struct Place {
        /// A JSON pointer into the body, or the name of a parameter of path or query.
        enum Where {
            case body(String)
            case parameter(String)
        }

        let position: Where
        let fault: CommandError.Fault
        let detail: String
    }

    let status: Int
    let code: String
    let detail: String
    var places: [Place] = []
    /// For 405: the methods that the path has.
    var allow: String?
    /// Whether the connection ends with it.
    var closes = false
    /// For 401: the ways to say who one is.
    var challenges: [StaticString] = []
    /// For 429, 503 and 507: when to try again.
    var retryAfterSeconds: Int?

    /// Most places one document names; openapi.yaml promises it.
    static let placesMax = 32

    init(_ status: Int, _ code: String, _ detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    /// Readable, but not acceptable: each place with what was expected there.
    init(unacceptable places: [Place]) {
        let first = places[0]
        switch first.position {
        case .body(""): detail = first.detail
        case .body(let pointer): detail = pointer.dropFirst() + ": " + first.detail
        case .parameter(let name): detail = name + ": " + first.detail
        }
        status = 422
        code = "invalid_request"
        self.places = Array(places.prefix(Self.placesMax))
    }

    /// Writes status, headers and document.
    func write(to response: inout HTTPResponse) {
        response.status = status
        response.contentType = "application/problem+json"
        response.close = closes
        if let allow { response.addField("Allow", allow) }
        for challenge in challenges { response.addField("WWW-Authenticate", challenge) }
        if let retryAfterSeconds { response.addField("Retry-After", String(retryAfterSeconds)) }
        response.body.removeAll(keepingCapacity: true)
        response.body.append(ascii: #"{"type":"about:blank","title":"#)
        response.body.append(jsonString: String(describing: HTTPStatus.reason(status)))
        response.body.append(ascii: #","status":"#)
        response.body.append(decimal: status)
        response.body.append(ascii: #","code":"#)
        response.body.append(jsonString: code)
        response.body.append(ascii: #","detail":"#)
        response.body.append(jsonString: detail)
        if !places.isEmpty { writePlaces(to: &response.body) }
        response.body.append(ascii: "}")
    }

    private func writePlaces(to body: inout [UInt8]) {
        body.append(ascii: #","errors":["#)
        for (index, place) in places.enumerated() {
            if index > 0 { body.append(ascii: ",") }
            switch place.position {
            case .body(let pointer):
                body.append(ascii: #"{"pointer":"#)
                body.append(jsonString: pointer)
            case .parameter(let name):
                body.append(ascii: #"{"parameter":"#)
                body.append(jsonString: name)
            }
            body.append(ascii: #","code":"#)
            body.append(jsonString: place.fault.rawValue)
            body.append(ascii: #","detail":"#)
            body.append(jsonString: place.detail)
            body.append(ascii: "}")
        }
        body.append(ascii: "]")
    }
}

extension Problem {
    /// What a command answered, in terms of HTTP. `position` says where in the request a parameter of the
    /// command came from.
    init(_ error: CommandError, position: (String) -> Place.Where) {
        switch error.code {
        case .invalidEvent, .invalidSocket, .invalidExpire, .invalidParams, .invalidParameter,
            .invalidMessage:
            self.init(unacceptable: [
                Place(
                    position: error.parameter.map(position) ?? .body(""),
                    fault: error.fault ?? .badFormat, detail: error.message)
            ])
        case .targetForbidden, .eventReserved, .forbidden:
            self.init(403, error.code.rawValue, error.message)
        case .eventNotFound, .subscriptionNotFound, .occurrenceNotFound, .routeNotFound:
            self.init(404, error.code.rawValue, error.message)
        case .commandNotFound:
            self.init(404, "not_found", error.message)
        case .idempotencyKeyReused:
            self.init(422, error.code.rawValue, error.message)
        case .idempotencyKeyInUse, .idempotencyKeyUnresolved:
            self.init(409, error.code.rawValue, error.message)
        case .tooManyIdempotencyKeys:
            self.init(429, error.code.rawValue, error.message)
            retryAfterSeconds = 60
        case .tooManyEvents, .tooManySubscriptions:
            self.init(507, error.code.rawValue, error.message)
            retryAfterSeconds = 60
        case .insufficientStorage:
            self.init(507, "storage_full", error.message)
            retryAfterSeconds = 10
        case .storeUnavailable, .serviceUnavailable, .reloadFailed:
            self.init(503, "unavailable", error.message)
            retryAfterSeconds = 1
        }
    }

    /// What the JSON reader found.
    init(_ error: JSONError) {
        let fault: CommandError.Fault
        switch error.code {
        case .unexpectedEnd, .unexpectedByte, .trailingBytes, .byteOrderMark, .invalidUTF8,
            .invalidEscape, .loneSurrogate, .controlCharacter, .invalidNumber, .tooDeep:
            self.init(
                400, "malformed_json",
                "The body is no JSON text, at byte \(error.offset): \(error.message)")
            return
        case .duplicateName:
            self.init(400, "duplicate_member", error.message)
            return
        case .integerOutOfRange, .numberOutOfRange:
            fault = .outOfRange
        case .notWhole, .wrongType, .nestedParam, .nullParam:
            fault = .wrongType
        }
        self.init(unacceptable: [
            Place(position: .body(error.pointer), fault: fault, detail: error.message)
        ])
    }

    static let notFound = Problem(404, "not_found", "There is no such path; see /openapi.yaml.")
}
