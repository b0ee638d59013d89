internal import Cepoll
internal import Glibc

/// Sends datagrams to UNIX sockets, each through a connected socket of its own that is kept: that saves the kernel
/// the walk along the path, 40 % of the cost. Used by one thread at a time; nothing blocks.
public struct UnixDatagramPort: ~Copyable {
    private struct Entry {
        let name: [UInt8]
        var number: Int32
        var wasUsed: Bool
    }

    private var entries: [Entry] = []
    private var places: [[UInt8]: Int] = [:]
    private var hand = 0
    private let keptMax: Int

    /// Most bytes of a path, or of an abstract name: `sun_path` with its last zero.
    public static let nameBytesMax = 107

    /// A port that keeps at most `keptMax` sockets open; the least recently used make room.
    public init(keptMax: Int = 1_024) {
        self.keptMax = max(1, keptMax)
    }

    deinit {
        for entry in entries where entry.number >= 0 { close(entry.number) }
    }

    /// Sends one datagram to `name`, a path or, with a leading zero byte, an abstract name; 0 or the errno.
    ///
    /// A receiver that closed and bound its path anew is found again: the send is tried once more on a new socket.
    public mutating func send(_ payload: UnsafeRawBufferPointer, to name: [UInt8]) -> Int32 {
        for isRetry in [false, true] {
            let place: Int
            do throws(SystemError) {
                place = try connected(name)
            } catch {
                return error.errno
            }
            let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
            var sent = -1
            repeat {
                sent = Glibc.send(entries[place].number, payload.baseAddress, payload.count, flags)
            } while sent < 0 && errno == EINTR
            if sent >= 0 { return 0 }
            let error = errno
            switch error {
            case ECONNREFUSED, ENOTCONN, ECONNRESET, EPIPE:
                disconnect(place)
                if isRetry { return error }
            default:
                return error
            }
        }
        return ECONNREFUSED
    }

    /// The place of a socket connected to `name`.
    private mutating func connected(_ name: [UInt8]) throws(SystemError) -> Int {
        let place = places[name] ?? makeRoom(for: name)
        entries[place].wasUsed = true
        if entries[place].number < 0 { entries[place].number = try Self.open(name) }
        return place
    }

    /// A place for a new name: a free one, or that of a socket that was not used for the longest time (second chance).
    private mutating func makeRoom(for name: [UInt8]) -> Int {
        if entries.count < keptMax {
            entries.append(Entry(name: name, number: -1, wasUsed: true))
            places[name] = entries.count - 1
            return entries.count - 1
        }
        while entries[hand].wasUsed && entries[hand].number >= 0 {
            entries[hand].wasUsed = false
            hand = (hand + 1) % entries.count
        }
        let place = hand
        hand = (hand + 1) % entries.count
        disconnect(place)
        places[entries[place].name] = nil
        entries[place] = Entry(name: name, number: -1, wasUsed: true)
        places[name] = place
        return place
    }

    private mutating func disconnect(_ place: Int) {
        if entries[place].number >= 0 { close(entries[place].number) }
        entries[place].number = -1
    }

    private static func open(_ name: [UInt8]) throws(SystemError) -> Int32 {
        guard name.count <= nameBytesMax else { throw SystemError("connect", ENAMETOOLONG) }
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            | Int32(SOCK_CLOEXEC.rawValue)
        let number = socket(AF_UNIX, type, 0)
        guard number >= 0 else { throw .last("socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        // An abstract name ends where the length says, a path at its zero.
        let length = MemoryLayout<sa_family_t>.size + name.count + (name.first == 0 ? 0 : 1)
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(number, $0, socklen_t(length))
            }
        }
        guard status == 0 else {
            let error = SystemError.last("connect")
            close(number)
            throw error
        }
        return number
    }
}
