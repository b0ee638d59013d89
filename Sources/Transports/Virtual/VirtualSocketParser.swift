internal import EventCore

/// The sockets of groups of sockets.
///
///     socket = "virtual:" policy 1*16( 1*blank member ) *blank
///     policy = "PARALLEL" / "FAILOVER" / "ROUND-ROBIN"     ; compared exactly (OpenSIPS)
///     blank  = SP / HTAB
///     member = ; any socket but a virtual one, with its options behind its own `#`; without blanks
///
/// Identity: the policy and the members' identities, in their order, which for PARALLEL does not
/// matter. The canonical text has single blanks and the members' canonical texts; their secrets are
/// masked as they mask them.
struct VirtualSocketParser {
    /// Those that members may have.
    let transports: [any Transport]

    /// Reads a socket whose scheme is `virtual`. Pure; any thread. Throws `.malformed` for what
    /// breaks the grammar, or what a member's transport throws, with the member's number.
    func parse(_ text: SocketText) throws(SocketError) -> Socket {
        guard text.options.isEmpty else {
            throw SocketError(
                .badOption, "A virtual socket has no options: write them behind its members.")
        }
        let words = text.rest.split { $0 == " " || $0 == "\t" }
        guard let first = words.first, let policy = VirtualPolicy(rawValue: String(first)) else {
            throw SocketError(
                .malformed,
                "A virtual socket begins with PARALLEL, FAILOVER or ROUND-ROBIN, then a blank.")
        }
        guard 1...VirtualSettings.membersMax ~= words.count - 1 else {
            throw SocketError(
                .malformed,
                "A virtual socket has 1 to \(VirtualSettings.membersMax) members, with blanks between."
            )
        }
        var members: [VirtualMember] = []
        var secretText = "virtual:" + policy.rawValue
        var shownText = secretText
        for (place, word) in words.dropFirst().enumerated() {
            let (member, secret) = try member(String(word), number: place + 1)
            members.append(member)
            shownText += " " + member.text
            secretText += " " + secret
        }
        let identities = members.map(\.identity)
        let ordered = policy == .parallel ? identities.sorted() : identities
        let identity = "virtual:" + policy.rawValue + " " + ordered.joined(separator: " ")
        return Socket(
            packed: 0,
            detail: SocketDetail(
                identity: identity, text: shownText, secretText: secretText,
                isMasked: members.contains { $0.socket.detail?.isMasked == true },
                target: VirtualTarget(policy: policy, members: members, identity: identity)))
    }

    private func member(
        _ word: String, number: Int
    ) throws(SocketError) -> (VirtualMember, secretText: String) {
        do throws(SocketError) {
            let text = try SocketText.parse(word)
            guard let place = transports.firstIndex(where: { $0.schemes.contains(text.scheme) })
            else {
                let known = transports.flatMap(\.schemes).sorted().joined(separator: ", ")
                throw SocketError(.unknownScheme, "The scheme is one of \(known).")
            }
            let socket = try transports[place].parse(text)
            return (
                VirtualMember(
                    transport: place, socket: socket,
                    text: transports[place].text(of: socket, secrets: false)),
                transports[place].text(of: socket, secrets: true)
            )
        } catch {
            throw SocketError(
                error.reason, "Member \(number) of a virtual socket: \(error.message)")
        }
    }
}
