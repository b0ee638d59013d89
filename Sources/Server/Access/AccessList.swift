internal import EventCore
internal import Net
internal import WireFormats

/// Everybody who may call, as settings and files said when they were last read. Never changes: a reload makes a new one.
final class AccessList: Sendable {
    /// One who shows who it is by a token or a password.
    struct Entry: Sendable {
        let name: String
        /// Of the token or the password.
        let digest: SHA256
        let grants: [NetworkGrant]
        /// The same without networks; nil where some grant is limited to some, so that the address decides.
        private let anywhere: Identity?

        init(name: String, digest: SHA256, grants: [NetworkGrant]) {
            self.name = name
            self.digest = digest
            self.grants = grants
            anywhere =
                grants.allSatisfy(\.networks.isEmpty)
                ? Identity(name: name, grants: grants.map(\.grant)) : nil
        }

        /// Who it is when it calls from `peer`.
        func identity(from peer: PeerAddress) -> Identity {
            if let anywhere { return anywhere }
            let address = peer.networkAddress
            return Identity(
                name: name,
                grants: grants.filter { grant in
                    grant.networks.isEmpty
                        || grant.networks.contains { range in address.map(range.contains) ?? false }
                }.map(\.grant))
        }
    }

    /// Tells this list from those before, so that what was remembered of them counts no more.
    let generation: UInt32
    let entries: [Entry]
    /// What `WWW-Authenticate` says; empty where nobody on TCP has to say who they are.
    let challenges: [Challenge]
    /// What whoever sends commands by UDP is and may; nil where the settings do not say.
    let udpSender: Entry?
    /// Places of tokens by the first bytes of their digests.
    private let tokens: [UInt64: [Int]]
    /// Places of users by name.
    private let users: [String: Int]
    /// Whether users other than root and this one may do something on UNIX sockets.
    let namesOtherUsers: Bool
    /// Callers on UNIX sockets by user id.
    private let unixUsers: [UInt32: Identity]

    /// A way to show who one is.
    enum Challenge: Sendable {
        case bearer, basic
    }

    init(
        generation: UInt32, tokens: [Entry]?, users: [Entry], unixUsers: [UInt32: [NetworkGrant]],
        udpSender: Entry? = nil
    ) {
        self.generation = generation
        self.udpSender = udpSender
        let tokenEntries = tokens ?? []
        entries = tokenEntries + users
        var byDigest: [UInt64: [Int]] = [:]
        for (place, entry) in tokenEntries.enumerated() {
            byDigest[entry.digest.prefix, default: []].append(place)
        }
        self.tokens = byDigest
        self.users = Dictionary(
            users.enumerated().map { ($1.name, tokenEntries.count + $0) },
            uniquingKeysWith: { first, _ in first })
        challenges = (tokens == nil ? [] : [.bearer]) + (users.isEmpty ? [] : [.basic])
        var identities: [UInt32: Identity] = [:]
        for (user, grants) in unixUsers {
            identities[user] = Identity(name: Self.name(ofUser: user), grants: grants.map(\.grant))
        }
        let always: Set<UInt32> = [0, ThisProcess.user]
        namesOtherUsers = !always.isSuperset(of: identities.keys)
        for user in always {
            identities[user] = Identity(name: Self.name(ofUser: user), grants: [Grant(.admin)])
        }
        self.unixUsers = identities
    }

    /// Where in `entries` the owner of these credentials is; nil where nobody is. The time it takes tells nothing about
    /// a digest that is kept: one is found by bytes that a stranger cannot choose, and compared as a whole.
    func place(of credentials: Credentials) -> Int? {
        switch credentials {
        case .bearer(let digest):
            return tokens[digest.prefix]?.first { entries[$0].digest.isSame(as: digest) }
        case .basic(let user, let password):
            guard let place = users[user] else { return nil }
            return entries[place].digest.isSame(as: password) ? place : nil
        }
    }

    /// Who calls on a UNIX socket as this user; nil for one of whom nothing was said.
    func identity(ofUser user: UInt32) -> Identity? { unixUsers[user] }

    /// What a caller on a UNIX socket is called: `uid:1000`.
    static func name(ofUser user: UInt32) -> String { "uid:\(user)" }
}

extension PeerAddress {
    /// The address without port, an IPv4 one as such even where it came in by an IPv6 socket; nil on a UNIX socket.
    var networkAddress: IPAddress? {
        let isMapped = family == .ipv6 && high == 0 && low >> 32 == 0xFFFF
        return isMapped ? .v4(UInt32(truncatingIfNeeded: low)) : address
    }
}
