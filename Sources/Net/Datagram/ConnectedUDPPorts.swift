internal import Glibc
internal import WireFormats

/// Connected UDP sockets for the IPv4 receivers that get datagrams all the time: the kernel looks their route up once
/// and not for each datagram, which is a tenth of what a send costs.
///
/// All share the port of one unconnected socket, so a receiver sees one sender, connected or not. Who refuses loses
/// its connection at once, and one that is half a minute old is made anew: its source address and route are those of
/// the moment when it was made. A receiver without a connection is its owner's to send to. One thread at a time; nothing
/// blocks.
public final class ConnectedUDPPorts: @unchecked Sendable {
    // @unchecked because its owner hands it from thread to thread, never to two at once.

    /// Sockets kept by default, each a descriptor.
    public static let connectionsMaxDefault = 256
    /// A receiver gets a connection with so many datagrams in `rushNanoseconds`.
    public static let rush = 16
    /// In which time they have to come. A connection unused for as long makes room for another.
    public static let rushNanoseconds: Int64 = 1_000_000_000
    /// A connection is made anew when it is so old.
    public static let ageMaxNanoseconds: Int64 = 30_000_000_000
    /// `look` asks about each connection at most this often. Whoever is sent to meanwhile is asked by that.
    public static let lookNanoseconds: Int64 = 10_000_000

    /// A set has two places for connections, and one for who would like to have one.
    private struct Place {
        /// Address and port, see `key`; 0 = vacant.
        var key: UInt64 = 0
        var descriptor: Int32 = -1
        /// Something was sent since `look` last asked.
        var isUsed = false
        var lastUse: Int64 = 0
        var opened: Int64 = 0
    }

    private struct Candidate {
        var key: UInt64 = 0
        var hits = 0
        var since: Int64 = 0
    }

    private let unconnected: UDPPort
    private let places: UnsafeMutableBufferPointer<Place>
    private let candidates: UnsafeMutableBufferPointer<Candidate>
    /// The places that are used, each once.
    private var used: [Int] = []
    private var now: Int64
    private var lastLook: Int64
    /// How many receivers have a connection.
    public private(set) var connectionCount = 0

    /// No connection yet; at most `connectionsMax`, rounded down to a power of two, at least 2. They share the port of
    /// `unconnected`, which is IPv4. `now` as for `look`.
    public init(
        beside unconnected: UDPPort, connectionsMax: Int = connectionsMaxDefault, now: Int64
    ) {
        self.unconnected = unconnected
        self.now = now
        lastLook = now
        var sets = 1
        while sets * 4 <= connectionsMax { sets *= 2 }
        places = .allocate(capacity: sets * 2)
        places.initialize(repeating: Place())
        candidates = .allocate(capacity: sets)
        candidates.initialize(repeating: Candidate())
    }

    deinit {
        for place in places.indices where places[place].key != 0 { close(places[place].descriptor) }
        places.deallocate()
        candidates.deallocate()
    }

    /// Sends `payload` if the receiver, in host byte order, has a connection: 0 once the kernel has it, EAGAIN or
    /// ENOBUFS when there is no room. Nil where it has none, or has it no more: an ICMP error of an earlier datagram
    /// has then been appended to `refusals`.
    public func send(
        _ payload: UnsafeRawBufferPointer, toIPv4 address: UInt32, port: UInt16,
        _ refusals: inout [UDPPort.Refusal]
    ) -> Int32? {
        let key = Self.key(address, port)
        let set = set(of: key)
        var place = set * 2
        if places[place].key != key {
            place += 1
            guard places[place].key == key else {
                consider(key, set)
                return nil
            }
        }
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        let sent = Glibc.send(places[place].descriptor, payload.baseAddress, payload.count, flags)
        guard sent >= 0 else { return failed(place, errno, &refusals) }
        places[place].lastUse = now
        if !places[place].isUsed {
            places[place].isUsed = true
            used.append(place)
        }
        return 0
    }

    /// Appends the ICMP errors of datagrams after which nothing was sent to the same receiver: unless it is urgent, not
    /// more often than every `lookNanoseconds`. `now` in nanoseconds of any clock that never goes back.
    public func look(
        now: Int64, isUrgent: Bool = false, _ refusals: inout [UDPPort.Refusal]
    ) {
        self.now = now
        guard isUrgent || now - lastLook >= Self.lookNanoseconds else { return }
        lastLook = now
        for place in used {
            // A vacant one has refused meanwhile.
            guard places[place].isUsed else { continue }
            places[place].isUsed = false
            let code = error(of: places[place].descriptor)
            if code != 0 {
                disconnect(place, because: code, &refusals)
            } else if now - places[place].opened >= Self.ageMaxNanoseconds {
                disconnect(place)
            }
        }
        used.removeAll(keepingCapacity: true)
    }

    /// A receiver without a connection has refused a datagram: it gets none for those that it was sent so far.
    public func distrust(_ receiver: PeerAddress) {
        guard case .v4(let address)? = receiver.address else { return }
        let key = Self.key(address, receiver.port)
        let set = set(of: key)
        if candidates[set].key == key { candidates[set].hits = 0 }
    }

    // MARK: Places

    /// Address and port in one word, never 0.
    private static func key(_ address: UInt32, _ port: UInt16) -> UInt64 {
        1 << 48 | UInt64(address) << 16 | UInt64(port)
    }

    private static func address(_ key: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: key >> 16) }

    private static func port(_ key: UInt64) -> UInt16 { UInt16(truncatingIfNeeded: key) }

    /// Fibonacci hashing: neighbouring ports go to sets far apart.
    private func set(of key: UInt64) -> Int {
        Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & (candidates.count - 1)
    }

    /// One more datagram for a receiver without a connection. Of those that share a set one at a time may make its way,
    /// for a second at most.
    private func consider(_ key: UInt64, _ set: Int) {
        var candidate = candidates[set]
        defer { candidates[set] = candidate }
        if now - candidate.since >= Self.rushNanoseconds || candidate.hits == 0 {
            candidate = Candidate(key: key, hits: 0, since: now)
        }
        guard candidate.key == key else { return }
        candidate.hits += 1
        guard candidate.hits >= Self.rush else { return }
        candidate = Candidate()
        for place in set * 2..<set * 2 + 2 {
            let isVacant = places[place].key == 0
            guard isVacant || now - places[place].lastUse >= Self.rushNanoseconds else { continue }
            if !isVacant { disconnect(place) }
            connect(place, key)
            return
        }
    }

    /// Where that fails, for want of descriptors perhaps, it goes on without.
    private func connect(_ place: Int, _ key: UInt64) {
        let (address, port) = (Self.address(key), Self.port(key))
        guard let descriptor = unconnected.connectedTwin(toIPv4: address, port: port) else {
            return
        }
        places[place] = Place(key: key, descriptor: descriptor, lastUse: now, opened: now)
        connectionCount += 1
    }

    private func disconnect(_ place: Int) {
        close(places[place].descriptor)
        places[place] = Place()
        connectionCount -= 1
    }

    // MARK: Errors

    /// What becomes of a send that failed: an error of its own, or one that an earlier datagram left behind. Without the
    /// connection it is clear which.
    @inline(never)
    private func failed(
        _ place: Int, _ code: Int32, _ refusals: inout [UDPPort.Refusal]
    ) -> Int32? {
        if code == EAGAIN || code == ENOBUFS { return code }
        disconnect(place, because: code, &refusals)
        return nil
    }

    private func disconnect(
        _ place: Int, because code: Int32, _ refusals: inout [UDPPort.Refusal]
    ) {
        let (key, descriptor) = (places[place].key, places[place].descriptor)
        let destination = PeerAddress.ipv4(Self.address(key), port: Self.port(key))
        var codes = UDPPort.takeErrors(of: descriptor)
        // What came back may have taken up the room in which the kernel keeps them; no send of its own is refused.
        if codes.isEmpty, code == ECONNREFUSED { codes = [code] }
        for code in codes { refusals.append(.init(destination: destination, errno: code)) }
        disconnect(place)
    }

    /// The error that the next send would tell, which is then forgotten; 0 = none.
    private func error(of descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 ? code : 0
    }
}
