internal import EventCore
internal import Net
internal import WireFormats

/// The management interface by UDP and UNIX datagrams: a datagram is one text of either protocol, the reply goes to
/// its sender. An empty datagram is no text, and gets none.
struct DatagramSurface: DatagramHandler {
    let mi: MI
    let lines: MILines
    /// Whose UDP datagrams are taken: no reply goes to anybody else, so that nothing can be made to flood a
    /// stranger.
    let sources: [AddressRange]
    let authenticator: Authenticator

    func accepts(_ peer: PeerAddress) -> Bool {
        guard let address = peer.networkAddress else {
            return !authenticator.identity(ofSenderOfDatagram: peer).grants.isEmpty
        }
        return sources.contains { $0.contains(address) }
    }

    private static let tooLong =
        "A datagram has at most \(DatagramServer.datagramBytesMax) bytes."

    func answer(tooLong start: [UInt8]) -> [UInt8] {
        if start.first == UInt8(ascii: ":") {
            return MILines.text(LineReply(400, "Datagram too long"))
        }
        var text: [UInt8] = []
        text.appendResponse(to: .null, error: .invalidRequest.with(data: .string(Self.tooLong)))
        return text
    }

    func answer(
        _ datagram: [UInt8], from peer: PeerAddress, at now: Moment,
        later: @escaping @Sendable ([UInt8]) -> Void
    ) -> [UInt8]? {
        let caller = Caller(authenticator.identity(ofSenderOfDatagram: peer), from: peer)
        let bytesMax = DatagramServer.replyBytesMax
        guard let first = datagram.first else { return [] }
        guard first == UInt8(ascii: ":") else {
            return mi.answer(
                JSONRPCMessage(parsing: datagram.span), by: caller, at: now, bytesMax: bytesMax,
                later: later)
        }
        do throws(LineFault) {
            return lines.answer(
                try LineCommand(parsing: datagram), by: caller, at: now, bytesMax: bytesMax,
                later: later)
        } catch {
            switch error {
            case .notACommand: return Array("500 command not available\n".utf8)
            case .malformed(let command, _): return lines.answer(malformed: command)
            }
        }
    }
}
