import EventCore
import Testing

/// Expects that `given` is shown as `canonical`, which pastes back to itself and is the same
/// subscriber's.
func expectCanonical(
    _ given: String, _ canonical: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    parse: (String) throws(SocketError) -> Socket
) throws {
    let socket = try parse(given)
    #expect(socket.detail?.secretText == canonical, sourceLocation: sourceLocation)
    let again = try parse(canonical)
    #expect(again.detail?.secretText == canonical, sourceLocation: sourceLocation)
    #expect(again.sameIdentity(as: socket), sourceLocation: sourceLocation)
}
