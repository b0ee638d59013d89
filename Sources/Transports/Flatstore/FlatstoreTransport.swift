public import EventCore
internal import Glibc
public import Net
internal import Synchronization

/// Lines in files, the scheme `flatstore`: for each occurrence a line, in OpenSIPS's layout or as
/// JSON.
///
/// Files lie directly in the directory of the setting and nowhere else; without one there are no
/// such sockets. Each is appended to by a thread of this transport, in the order of the raises;
/// `delivered` means that the kernel has taken the whole line. A full disk makes deliveries fail,
/// after a few more attempts, until there is room again.
public final class FlatstoreTransport: QueueingTransport {
    /// `flatstore`.
    public let name = "flatstore"
    /// `flatstore`.
    public let schemes = ["flatstore"]

    private let directory: String?
    private let requests: FlatstoreRequests
    /// See `QueueingTransport`.
    public var queues: any DeliveryQueues { engine }
    private let engine: DeliveryEngine<FlatstoreCourier>
    private let rotations: RotationListener

    /// A transport that delivers once it is attached. `wall` tells the time, milliseconds since
    /// 1970. Throws when the process has no descriptor left.
    public init(
        settings: FlatstoreSettings = FlatstoreSettings(),
        wall: @escaping @Sendable () -> Int64 = { Clock.now().wall }
    ) throws(SystemError) {
        precondition(
            settings.rotateBytes == 0 || settings.rotateBytes >= FlatstoreSettings.rotateBytesMin,
            "E_FLATSTORE_ROTATION must not fill a file at once")
        directory = settings.directory
        requests = try FlatstoreRequests()
        let listener = RotationListener()
        rotations = listener
        let files = FlatstoreFiles(in: settings.directory ?? "/", settings: settings) {
            listener.hear($0)
        }
        engine = DeliveryEngine(
            "flatstore",
            courier: FlatstoreCourier(files: files, requests: requests, wall: wall),
            settings: settings.delivery)
    }

    /// See `Transport`. The grammar is `FlatstoreSocketParser`'s.
    public func parse(_ text: SocketText) throws(SocketError) -> Socket {
        try FlatstoreSocketParser.parse(text, directory: directory)
    }

    /// See `Transport`. Only enqueues.
    public func deliver(
        _ occurrence: Occurrence, to targets: ArraySlice<Target>, outcomes: inout [Outcome]
    ) {
        // Subscribers of one event mostly want the same line.
        var last: (format: FlatstoreTarget.Format, line: [UInt8])?
        engine.deliver(occurrence, to: targets, outcomes: &outcomes) { target in
            if let last, last.format == target.format { return last.line }
            let line = target.format.line(of: occurrence)
            last = (target.format, line)
            return line
        }
    }

    /// See `Transport`. The line.
    public func forecast(_ occurrence: Occurrence, for target: Target) -> [DeliveryForecast] {
        [engine.forecast(for: target) { $0.format.line(of: occurrence) }]
    }

    /// Has every file opened anew before its next line: for who has renamed them. Any thread;
    /// returns at once.
    public func reopen() { requests.reopen() }

    /// Has a file rotated before its next line. `file` is its name, or its path in the directory.
    /// Any thread; returns at once: false where no file can be called so, where none is written to
    /// at all, or too many are asked for.
    public func rotate(_ file: String) -> Bool {
        let name = FlatstoreSocketParser.name(of: file, in: directory)
        guard directory != nil, FlatstoreSocketParser.isName(name) else { return false }
        return requests.rotate(name)
    }

    /// Who is told of every rotation from now on: on the thread that writes, which waits meanwhile.
    public func onRotation(_ body: @escaping @Sendable (FlatstoreRotation) -> Void) {
        rotations.set(body)
    }
}

/// Who is told of rotations: set after the transport was made, because telling takes the core.
private final class RotationListener: Sendable {
    private let body = Lock<(@Sendable (FlatstoreRotation) -> Void)?>(nil)

    func set(_ body: @escaping @Sendable (FlatstoreRotation) -> Void) {
        self.body.withLock { $0 = body }
    }

    func hear(_ rotation: FlatstoreRotation) {
        body.withLock { $0 }?(rotation)
    }
}
