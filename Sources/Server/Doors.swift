internal import EventCore
internal import Logging
internal import Net
internal import Transports

/// The doors of the management interface beside HTTP: the command FIFO and the datagram ports. Made from settings,
/// opened and closed with the service.
final class Doors: Sendable {
    /// Where datagrams are taken, with the real ports: `udp:127.0.0.1:8765`, `unix:/run/mi.sock`.
    let addresses: [String]
    /// Where the command FIFO lies; nil for none.
    let fifoPath: String?
    private let fifo: FIFOServer?
    private let datagrams: DatagramServer?

    /// Makes the FIFO and binds the ports; nothing is answered before `open`. Throws one sentence about the first
    /// thing that is wrong.
    init(
        _ settings: Settings, runner: MIRunner, authenticator: Authenticator, own: OwnListeners,
        log: Logger
    ) throws(StartError) {
        var addresses: [String] = []
        fifoPath = settings.fifoPath
        fifo = try Self.fifo(settings, runner, authenticator, log)
        datagrams = try Self.datagrams(settings, runner, authenticator, own, &addresses)
        self.addresses = addresses
    }

    /// Answers from now on.
    func open() throws(StartError) {
        fifo?.start()
        do throws(SystemError) {
            try datagrams?.start()
        } catch {
            throw StartError("The datagram ports do not open: \(error)")
        }
    }

    /// Takes no more commands, gives replies at most `graceMilliseconds`, removes what was made. Blocks until done.
    func close(graceMilliseconds: Int) {
        datagrams?.stop()
        fifo?.stop(graceMilliseconds: graceMilliseconds)
    }

    /// Says who may open the UNIX sockets. Throws for one whose file cannot be changed.
    func setUnixSocketAccess(_ access: UnixSocketAccess) throws(SystemError) {
        try datagrams?.setUnixSocketAccess(access)
    }

    /// What `get_statistics` shows of them.
    var statistics: [Statistic] {
        var statistics: [Statistic] = []
        func count(_ group: String, _ name: String, _ value: Int) {
            statistics.append(Statistic(group: group, name: name, value: Int64(value)))
        }
        if let counters = fifo?.counters {
            count("mi_fifo", "commands", counters.commands)
            count("mi_fifo", "skipped", counters.skipped)
            count("mi_fifo", "replies", counters.replies)
            count("mi_fifo", "replies_dropped", counters.repliesDropped)
            count("mi_fifo", "recreated", counters.recreated)
        }
        if let counters = datagrams?.counters {
            count("mi_datagram", "received", counters.received)
            count("mi_datagram", "refused", counters.refused)
            count("mi_datagram", "overflowed", counters.overflowed)
            count("mi_datagram", "replies", counters.replies)
            count("mi_datagram", "replies_failed", counters.repliesFailed)
        }
        return statistics
    }
}

extension Doors {
    private static func fifo(
        _ settings: Settings, _ runner: MIRunner, _ authenticator: Authenticator, _ log: Logger
    ) throws(StartError) -> FIFOServer? {
        guard let path = settings.fifoPath else { return nil }
        let directory = settings.fifoReplyDirectory ?? DoorSettings.directory(of: path)
        do throws(SystemError) {
            return try FIFOServer(
                configuration: FIFOConfiguration(path: path, replyDirectory: directory),
                handler: FIFOSurface(
                    mi: MI(runner: runner), lines: MILines(runner: runner, door: .fifo),
                    path: path, authenticator: authenticator, log: log))
        } catch {
            let reason =
                if error.isInUse {
                    "another process reads it"
                } else if error.isInTheWay {
                    "what lies there is no FIFO of this user, and is left alone"
                } else {
                    error.words
                }
            throw StartError(
                "--fifo \(path): \(reason). Name another path, or add --no-fifo to do without.")
        }
    }

    private static func datagrams(
        _ settings: Settings, _ runner: MIRunner, _ authenticator: Authenticator,
        _ own: OwnListeners, _ addresses: inout [String]
    ) throws(StartError) -> DatagramServer? {
        let wanted = try DoorSettings.addresses(settings)
        let sources = try DoorSettings.sources(settings)
        if wanted.isEmpty { return nil }
        do throws(SystemError) {
            let server = try DatagramServer(
                handler: DatagramSurface(
                    mi: MI(runner: runner), lines: MILines(runner: runner, door: .datagram),
                    sources: sources, authenticator: authenticator))
            for address in wanted {
                let bound = try server.listen(on: address)
                addresses.append(bound.description)
                if case .unix(let path) = bound { own.add(path: path) }
            }
            // Notifications never go to our own ports: an event called `raise_event` would raise itself for ever.
            Carillon.note(server.bound, over: .udp, in: own)
            return server
        } catch {
            throw StartError("--mi-datagram: \(error)")
        }
    }
}
