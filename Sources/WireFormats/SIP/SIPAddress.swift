/// Who a message is from, for, or can be reached at: the value of From, To, and one element of
/// Contact, Route and their kin (RFC 3261 §20.10).
///
///     from-spec = ( name-addr / addr-spec ) *( SEMI from-param )
///     name-addr = [ display-name ] LAQUOT addr-spec RAQUOT
public struct SIPAddress: Sendable, Equatable {
    /// The name for people as it was written, its quotes included, as OpenSIPS's `$fn` has it; nil
    /// without one.
    public let displayName: ArraySlice<UInt8>?
    /// The URI's text; not empty, no blanks. `*` in `Contact: *`.
    public let uriText: ArraySlice<UInt8>
    /// The parameters behind the URI. Without angle brackets every parameter is the address's, none
    /// the URI's.
    public let parameters: SIPParameters

    /// Takes an address apart; nil when it is none. White space around it does not count.
    public init?(parsing text: ArraySlice<UInt8>) {
        let text = text.trimmedOfWhiteSpace
        guard let split = Self.findURI(text) else { return nil }
        displayName = split.name.isEmpty ? nil : split.name
        uriText = split.uri
        parameters = SIPParameters(split.rest)
        guard !uriText.isEmpty, !uriText.contains(where: { $0.isWhiteSpace || $0 == quote }) else {
            return nil
        }
    }

    /// The URI's parts; nil where `SIPURI` does not understand it.
    public var uri: SIPURI? { SIPURI(parsing: uriText) }

    /// The tag, which makes an address one end of a dialog; nil without one, or where it is empty.
    public var tag: ArraySlice<UInt8>? {
        guard let value = parameters["tag"]?.value, !value.isEmpty else { return nil }
        return value
    }

    /// Display name, URI, and all that is behind it, which is nothing or begins with a semicolon.
    private static func findURI(
        _ text: ArraySlice<UInt8>
    ) -> (name: ArraySlice<UInt8>, uri: ArraySlice<UInt8>, rest: ArraySlice<UInt8>)? {
        var searchFrom = text.startIndex
        if text.first == UInt8(ascii: "\"") {
            guard let end = text.endOfQuotes(from: text.startIndex) else { return nil }
            searchFrom = end
        }
        // A display name without quotes is tokens: no semicolon; so what comes first decides.
        let place = text[searchFrom...].firstIndex {
            $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: ";")
        }
        guard let place, text[place] == UInt8(ascii: "<") else {
            // RFC 3261 §20.10: without brackets there is no display name either.
            guard searchFrom == text.startIndex else { return nil }
            let end = place ?? text.endIndex
            return (text[..<text.startIndex], text[..<end].trimmedOfWhiteSpace, text[end...])
        }
        guard let close = text[place...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
        if searchFrom > text.startIndex, !text[searchFrom..<place].allSatisfy(\.isWhiteSpace) {
            return nil
        }
        let rest = text[(close + 1)...].trimmedOfWhiteSpace
        guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { return nil }
        return (text[..<place].trimmedOfWhiteSpace, text[(place + 1)..<close], rest)
    }
}

private let quote = UInt8(ascii: "\"")
