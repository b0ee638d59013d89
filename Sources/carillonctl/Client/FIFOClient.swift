import Glibc
import Net

/// Speaks to the command FIFO of carillond, or of OpenSIPS: writes a command, reads the answer from a FIFO of its own.
struct FIFOClient {
    /// The command FIFO.
    let path: String
    /// Where the service looks for reply FIFOs.
    let replyDirectory: String
    let timeoutMilliseconds: Int

    /// Most bytes of an answer.
    static let replyBytesMax = 67_108_864

    /// Writes the command that `command` makes of the reply FIFO's name; the answer's bytes. Blocks for at most the
    /// timeout.
    func ask(_ command: (_ reply: String) -> [UInt8]) throws(Failure) -> [UInt8] {
        let interruption = try Interruption()
        let fifo = try openCommandFIFO()
        let name = "carillonctl-\(getpid())-\(String(UInt32.random(in: 0 ... .max), radix: 16))"
        let replyPath = replyDirectory + "/" + name
        let owner = try owner(of: fifo)
        guard mkfifo(replyPath, 0o600) == 0 else {
            throw Failure(
                .failed, "Cannot make \(replyPath): " + String(cString: strerror(errno)),
                advice:
                    "--reply-directory names the directory where the service expects reply FIFOs.")
        }
        defer { unlink(replyPath) }
        let number = open(replyPath, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw Self.system(replyPath) }
        let reply = FileDescriptor(owning: number)
        // Root may command every service; one that runs as another user could not write the answer.
        if owner != geteuid() { _ = fchown(number, owner, .max) }
        let deadline = Clock.boot() + Int64(timeoutMilliseconds) * 1_000_000
        try write(command(name), to: fifo.number, deadline)
        return try read(reply.number, deadline, interruption.descriptor)
    }

    private func openCommandFIFO() throws(Failure) -> FileDescriptor {
        let number = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else {
            let reason = errno == ENXIO ? "nobody reads it" : String(cString: strerror(errno))
            throw Failure(
                .unreachable, "\(path): \(reason).",
                advice:
                    "Is carillond running, and is this its FIFO? Set --fifo or CARILLON_FIFO; over HTTP: carillonctl mi"
            )
        }
        return FileDescriptor(owning: number)
    }

    /// The user whose FIFO it is: the service's.
    private func owner(of fifo: borrowing FileDescriptor) throws(Failure) -> uid_t {
        var status = stat()
        guard fstat(fifo.number, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else {
            throw Failure(.failed, "\(path) is no FIFO.")
        }
        return status.st_uid
    }

    private func write(_ bytes: [UInt8], to number: Int32, _ deadline: Int64) throws(Failure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
                continue
            }
            guard errno == EAGAIN || errno == EINTR else { throw Self.system(path) }
            var state = pollfd(fd: number, events: Int16(POLLOUT), revents: 0)
            guard poll(&state, 1, Self.milliseconds(to: deadline)) > 0 else { throw silent }
        }
    }

    /// All bytes up to the writer's end.
    private func read(_ number: Int32, _ deadline: Int64, _ interruption: Int32) throws(Failure)
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 65_536)
        while bytes.count <= Self.replyBytesMax {
            let limit = Int(Self.milliseconds(to: deadline))
            let ready = Poll.readable([number, interruption], milliseconds: limit)
            if ready.contains(interruption) { throw Failure(.failed, "Interrupted.") }
            guard ready.contains(number) else { throw silent }
            let count = Glibc.read(number, &part, part.count)
            if count < 0 && (errno == EAGAIN || errno == EINTR) { continue }
            guard count >= 0 else { throw Self.system("the reply FIFO") }
            if count == 0 { return bytes }
            bytes += part[..<count]
        }
        throw Failure(.failed, "The answer has more than \(Self.replyBytesMax) bytes.")
    }

    private var silent: Failure {
        Failure(
            .unreachable, "No answer within \(timeoutMilliseconds / 1_000) s.",
            advice:
                "Does the service look for reply FIFOs in \(replyDirectory)? Set --reply-directory."
        )
    }

    private static func milliseconds(to deadline: Int64) -> Int32 {
        Int32(clamping: max(0, deadline - Clock.boot()) / 1_000_000)
    }

    private static func system(_ place: String) -> Failure {
        Failure(.failed, "\(place): " + String(cString: strerror(errno)))
    }
}
