internal import Glibc
internal import Net

/// What a client of a command FIFO does: writes to it, and reads replies from FIFOs of its own.
public enum FIFOPeer {
    /// Writes to a command FIFO in one piece and closes it. Throws ENXIO where nobody reads it.
    public static func write(_ text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }

    /// Writes bytes to a command FIFO, waits while it is full, closes it.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let writer = try FIFOWriter(path)
        try writer.write(bytes)
    }

    /// Writes a command and waits for what comes back at the FIFO `name` in `directory`, which is made for it.
    public static func ask(
        _ text: String, at path: String, reply name: String = "reply", in directory: String
    ) throws -> String? {
        let reader = try ReplyReader(directory + "/" + name)
        try write(text, to: path)
        return reader.read()
    }
}

/// A writer that keeps a command FIFO open.
public final class FIFOWriter {
    private let descriptor: Int32

    /// Opens the FIFO. Throws ENXIO where nobody reads it.
    public init(_ path: String) throws {
        descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open \(path)") }
        _ = fcntl(descriptor, F_SETFL, 0)
    }

    deinit { close(descriptor) }

    /// Writes all of it; blocks while the FIFO is full.
    public func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw SystemError.last("write") }
            rest = rest.dropFirst(count)
        }
    }

    /// Writes a text.
    public func write(_ text: String) throws { try write(Array(text.utf8)) }
}

/// A FIFO that replies are read from; made here, gone with this.
public final class ReplyReader {
    /// Where it is.
    public let path: String
    private let descriptor: Int32

    /// Makes the FIFO and opens it, so that replies can be written at once.
    public init(_ path: String) throws {
        self.path = path
        unlink(path)
        guard mkfifo(path, 0o600) == 0 else { throw SystemError.last("mkfifo \(path)") }
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open \(path)") }
    }

    deinit {
        close(descriptor)
        unlink(path)
    }

    /// What one writer after the other writes until `isEnough` or a writer closes; nil when nothing comes for
    /// `deadlineMilliseconds`.
    public func read(
        deadlineMilliseconds: Int32 = 5_000, until isEnough: (String) -> Bool = { _ in false }
    ) -> String? {
        var bytes: [UInt8] = []
        let deadline = Clock.boot() + Int64(deadlineMilliseconds) * 1_000_000
        while Clock.boot() < deadline {
            var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&watched, 1, deadlineMilliseconds) == 1 else { return nil }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count > 0 { bytes += chunk[..<count] }
            let text = String(decoding: bytes, as: UTF8.self)
            if isEnough(text) || (count <= 0 && !bytes.isEmpty) { return text }
            // The writer before has closed, the next one has not come: that is reported all the time.
            if count <= 0 { poll(nil, 0, 2) }
        }
        return nil
    }
}
