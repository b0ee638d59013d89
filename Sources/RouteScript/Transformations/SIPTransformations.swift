internal import WireFormats

/// `{uri.…}`, `{via.…}` and `{nameaddr.…}`: parts of what stands in SIP messages. NULL where there
/// is no such part, or the value cannot be read as what it should be.
extension TransformationTable {
    static let uriRows = [
        uri("uri.user") { $0.user },
        uri("uri.host") { $0.host },
        uri("uri.domain") { $0.host },
        uri("uri.passwd") { $0.password },
        TransformationRow("uri.port") { parsedURI($0)?.port.map { .integer(Int64($0)) } },
        uri("uri.params") { $0.parameters.text.dropFirst() },
        TransformationRow("uri.param", .text) { input in
            parsedURI(input).flatMap { parameter(input, of: $0.parameters) }
        },
        uri("uri.headers") { $0.headers },
        uri("uri.transport") { $0.parameters["transport"]?.value },
        uri("uri.ttl") { $0.parameters["ttl"]?.value },
        uri("uri.uparam") { $0.parameters["user"]?.value },
        uri("uri.maddr") { $0.parameters["maddr"]?.value },
        uri("uri.method") { $0.parameters["method"]?.value },
        uri("uri.lr") { $0.parameters["lr"]?.value },
        uri("uri.r2") { $0.parameters["r2"]?.value },
        TransformationRow("uri.schema") { input in
            parsedURI(input).flatMap { _ in text(input.text?.prefix { $0 != UInt8(ascii: ":") }) }
        },
    ]

    static let viaRows = [
        via("via.name") { $0.name },
        via("via.version") { $0.version },
        via("via.transport") { $0.transport },
        via("via.host") { $0.host },
        via("via.domain") { $0.host },
        TransformationRow("via.port") { parsedVia($0)?.port.map { .integer(Int64($0)) } },
        // RFC 3261 has no comments in Via any more.
        via("via.comment") { _ in nil },
        via("via.params") { $0.parameters.text.dropFirst() },
        TransformationRow("via.param", .text) { input in
            parsedVia(input).flatMap { parameter(input, of: $0.parameters) }
        },
        via("via.branch") { $0.parameters["branch"]?.value },
        via("via.received") { $0.parameters["received"]?.value },
        via("via.rport") { $0.parameters["rport"]?.value },
    ]

    static let addressRows = [
        address("nameaddr.name") { $0.displayName },
        address("nameaddr.uri") { $0.uriText },
        TransformationRow("nameaddr.len") { input in
            parsedAddress(input).map { _ in .integer(Int64(input.bytes.count)) }
        },
        address("nameaddr.params") { $0.parameters.text.dropFirst() },
        TransformationRow("nameaddr.param", .text) { input in
            parsedAddress(input).flatMap { parameter(input, of: $0.parameters) }
        },
    ]

    private static func uri(
        _ name: String, _ part: @escaping @Sendable (SIPURI) -> ArraySlice<UInt8>?
    ) -> TransformationRow {
        TransformationRow(name) { parsedURI($0).flatMap { text(part($0)) } }
    }

    private static func via(
        _ name: String, _ part: @escaping @Sendable (SIPVia) -> ArraySlice<UInt8>?
    ) -> TransformationRow {
        TransformationRow(name) { parsedVia($0).flatMap { text(part($0)) } }
    }

    private static func address(
        _ name: String, _ part: @escaping @Sendable (SIPAddress) -> ArraySlice<UInt8>?
    ) -> TransformationRow {
        TransformationRow(name) { parsedAddress($0).flatMap { text(part($0)) } }
    }

    private static func parsedURI(_ input: TransformationInput) -> SIPURI? {
        input.text.flatMap { SIPURI(parsing: $0) }
    }

    private static func parsedVia(_ input: TransformationInput) -> SIPVia? {
        input.text.flatMap { SIPVia(parsing: $0) }
    }

    private static func parsedAddress(_ input: TransformationInput) -> SIPAddress? {
        input.text.flatMap { SIPAddress(parsing: $0) }
    }

    /// The value of the parameter that the first argument names; empty where it has none.
    private static func parameter(
        _ input: TransformationInput, of parameters: SIPParameters
    ) -> ScriptValue? {
        guard let name = input.text(0),
            let parameter = parameters[String(decoding: name, as: UTF8.self)]
        else { return nil }
        return .string(Array(parameter.value ?? []))
    }

    /// What is empty is NULL, as in OpenSIPS.
    private static func text(_ slice: ArraySlice<UInt8>?) -> ScriptValue? {
        guard let slice, !slice.isEmpty else { return nil }
        return .string(Array(slice))
    }
}
