internal import EventCore
internal import Net
internal import Synchronization
internal import WireFormats

/// Says who calls: by token or password over HTTP, by the kernel's word on UNIX sockets. What they may is the command
/// layer's business.
final class Authenticator: Sendable {
    private let list: Lock<AccessList>
    /// Whether callers by TCP have to say who they are: the one question of a service where they have not.
    private let asksEverybody: Atomic<Bool>

    /// Reads the files. Throws one sentence about the first thing that is wrong.
    init(_ settings: Settings) throws(StartError) {
        let first = try AccessSettings.list(settings, generation: 1)
        asksEverybody = Atomic(!first.challenges.isEmpty)
        list = Lock(first)
    }

    /// Reads the files again, for `replace`. Throws what is wrong with them. Blocks for the files.
    func read(_ settings: Settings) throws(StartError) -> AccessList {
        try AccessSettings.list(settings, generation: list.withLock { $0.generation } &+ 1)
    }

    /// Requests that begin from now on go by `new`: who is not in it any more is refused, on open connections too.
    func replace(_ new: AccessList) {
        list.withLock { $0 = new }
        asksEverybody.store(!new.challenges.isEmpty, ordering: .releasing)
    }

    /// Whether users other than root and this one may do something on UNIX sockets, by the kernel's word alone.
    var namesOtherUsers: Bool { list.withLock { $0.namesOtherUsers } }
    /// The same, or by a token or password that they show.
    var takesOtherUsers: Bool { list.withLock { $0.namesOtherUsers || !$0.challenges.isEmpty } }

    /// Who sends this request. Throws 401 where they do not say so, or say it wrongly.
    func caller(of request: borrowing HTTPRequest) throws(Problem) -> Caller {
        Caller(try identity(of: request), from: request.peer)
    }

    /// Who calls on a UNIX socket, a FIFO or with a datagram as this user, without any way to show a token; one of whom
    /// the settings say nothing may do nothing.
    func identity(ofUser user: UInt32) -> Identity {
        list.withLock { $0 }.identity(ofUser: user)
            ?? Identity(name: AccessList.name(ofUser: user), grants: [])
    }

    /// Who sends a datagram. The kernel says it of UNIX senders. One that came by UDP carries no token: what it may is
    /// what the settings say, else everything as long as nobody has to say who they are, and then nothing.
    func identity(ofSenderOfDatagram peer: PeerAddress) -> Identity {
        if let user = peer.user { return identity(ofUser: user) }
        if let entry = list.withLock({ $0.udpSender }) { return entry.identity(from: peer) }
        return asksEverybody.load(ordering: .acquiring) ? .nobody : .anonymous
    }

    private func identity(of request: borrowing HTTPRequest) throws(Problem) -> Identity {
        let user = request.peer.user
        if user == nil, !asksEverybody.load(ordering: .acquiring) { return .anonymous }
        let list = list.withLock { $0 }
        let takesCredentials = !list.challenges.isEmpty
        guard takesCredentials, let value = request.field("Authorization") else {
            guard let user else {
                // Between the two steps of `replace` that end asking.
                if !takesCredentials { return .anonymous }
                throw .unauthorized(list, areWrong: false)
            }
            if let known = list.identity(ofUser: user) { return known }
            if takesCredentials { throw .unauthorized(list, areWrong: false) }
            return Identity(name: AccessList.name(ofUser: user), grants: [])
        }
        return try entry(of: value, in: list, request).identity(from: request.peer)
    }

    /// Whose credentials these are.
    ///
    /// A connection remembers whom its last ones belonged to, under a hash of them that is keyed with a secret of this
    /// process (SipHash): so SHA-256 is paid for once a connection, and no credentials are kept.
    private func entry(
        of value: UnsafeBufferPointer<UInt8>, in list: AccessList, _ request: borrowing HTTPRequest
    ) throws(Problem) -> AccessList.Entry {
        var hasher = Hasher()
        hasher.combine(bytes: UnsafeRawBufferPointer(value))
        let key = UInt64(bitPattern: Int64(hasher.finalize()))
        let memo = request.memo
        let generation = UInt64(list.generation) << 32
        if memo.key == key, memo.value & ~0xFFFF_FFFF == generation {
            return list.entries[Int(memo.value & 0xFFFF_FFFF)]
        }
        guard let credentials = Credentials(value.span), let place = list.place(of: credentials)
        else { throw .unauthorized(list, areWrong: true) }
        var new = HTTPMemo()
        new.key = key
        new.value = generation | UInt64(place)
        request.memo = new
        return list.entries[place]
    }
}

extension Problem {
    /// 401 with everything by which one may show who one is (RFC 9110 §15.5.2).
    fileprivate static func unauthorized(_ list: AccessList, areWrong: Bool) -> Problem {
        var problem = Problem(
            401, "unauthorized",
            areWrong
                ? "These credentials are nobody's here."
                : "Say who you are: this service takes an Authorization field.")
        problem.challenges = list.challenges.map { challenge -> StaticString in
            switch challenge {
            // RFC 6750 §3.1: an error is named only where credentials were there.
            case .bearer:
                areWrong
                    ? #"Bearer realm="carillon", error="invalid_token""#
                    : #"Bearer realm="carillon""#
            case .basic: #"Basic realm="carillon", charset="UTF-8""#
            }
        }
        return problem
    }
}
