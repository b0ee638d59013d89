internal import Foundation
internal import TestSupport

/// A real RabbitMQ: Debian's rabbitmq-server on ports of its own on loopback, with its files,
/// Erlang cookie and port mapper in a directory of its own. It takes about six seconds of CPU to
/// start, so tests share one.
///
/// There are the users `guest` (everything) and `bob`, password `sec ret` (may only publish, to the
/// exchange `open`), the virtual hosts `/` and `other`, and the queue `early.q`. Whatever becomes
/// of the test process, a shell that waits for its end kills all of it and removes the directory.
public final class RabbitMQServer: @unchecked Sendable {
    // @unchecked because what changes is only touched in `state`.

    /// The one that the tests of a process share; started by whoever needs it first. Its users must
    /// not change what others see: they have exchanges, queues and connections of their own.
    public static func shared() throws -> RabbitMQServer { try sharedResult.get() }

    private static let sharedResult = Result { try RabbitMQServer() }

    /// The AMQP port on 127.0.0.1; the same after every restart.
    public let port: UInt16
    /// The port with TLS.
    public let securePort: UInt16
    /// Its certificate for 127.0.0.1, which is its own authority: a PEM file.
    public var certificate: String { directory.path + "/certificate.pem" }

    private let directory: PrivateDirectory
    private let environment: [String: String]
    private let life = Pipe()
    private let mapper: Process
    private let state = NSLock()
    private var server: Process?

    /// Makes one, and where `isStarted` waits until it takes connections. Throws when Debian's
    /// rabbitmq-server or openssl is not there, or it does not come up within two minutes.
    public init(isStarted: Bool = true) throws {
        let directory = try PrivateDirectory()
        let ports = try FreePorts(4)
        self.directory = directory
        port = ports.numbers[0]
        securePort = ports.numbers[3]
        environment = Self.environment(
            directory.path, node: ports.numbers[1], mapper: ports.numbers[2])
        try Self.write(directory.path, port: port, securePort: securePort)
        try Self.makeCertificate(in: directory.path)
        ports.release()
        try Self.startReaper(of: directory.path, life: life)
        mapper = try Self.start(
            "/usr/bin/epmd", ["-port", "\(ports.numbers[2])"], environment, in: directory.path)
        if isStarted { try start() }
    }

    deinit { end() }

    /// Kills everything: what `deinit` does, for one that is not shared.
    public func end() {
        kill()
        Self.kill(mapper, in: directory.path)
        try? life.fileHandleForWriting.close()
    }

    /// Whether it runs.
    public var isRunning: Bool { state.withLock { server?.isRunning ?? false } }

    /// Starts it, also again after `kill`, on the same ports and files; returns once it takes
    /// connections.
    public func start() throws {
        let process = try Self.start(
            "/usr/lib/rabbitmq/bin/rabbitmq-server", [], environment, in: directory.path)
        state.withLock { server = process }
        let isUp = eventually(within: 120, everyMilliseconds: 20) {
            !process.isRunning || LoopbackPort.accepts(port)
        }
        guard isUp, process.isRunning else {
            throw Failure(what: "rabbitmq-server did not start", output: output)
        }
    }

    /// kill -9; returns once it is gone.
    public func kill() {
        guard let process = state.withLock({ server }) else { return }
        Self.kill(process, in: directory.path)
    }

    /// SIGSTOP: its connections stay open, and nothing answers on them. Returns once every thread
    /// stands still.
    public func freeze() {
        signal(SIGSTOP)
        guard let process = state.withLock({ server }) else { return }
        let tasks = "/proc/\(process.processIdentifier)/task"
        _ = eventually(everyMilliseconds: 1) {
            let threads = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
            return threads.allSatisfy { thread in
                let line = FileManager.default.contents(atPath: "\(tasks)/\(thread)/stat")
                // proc(5): the state stands behind the name in parentheses.
                let text = String(decoding: line ?? Data(), as: UTF8.self)
                return text.split(separator: ")").last?.hasPrefix(" T") ?? true
            }
        }
    }

    /// SIGCONT.
    public func thaw() { signal(SIGCONT) }

    /// Makes it run out of memory, as it thinks, or no longer: publishers are blocked meanwhile.
    public func setMemoryAlarm(_ isOn: Bool) throws {
        try control("set_vm_memory_high_watermark", isOn ? "0" : "0.6")
    }

    /// Runs rabbitmqctl; its standard output. Takes a second of CPU.
    @discardableResult
    public func control(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/lib/rabbitmq/bin/rabbitmqctl")
        process.arguments = ["--quiet"] + arguments
        process.environment = environment
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.start()
        let output = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        guard eventually(within: 60, { !process.isRunning }), process.terminationStatus == 0 else {
            throw Failure(what: "rabbitmqctl \(arguments)", output: output)
        }
        return output
    }

    /// What it did not do, and what it printed.
    public struct Failure: Error {
        /// What it did not do.
        public let what: String
        /// What it printed.
        public let output: String
    }

    private var output: String {
        let data = FileManager.default.contents(atPath: directory.path + "/rabbitmq-server.out")
        return String(decoding: data ?? Data(), as: UTF8.self)
    }

    private func signal(_ number: Int32) {
        guard let process = state.withLock({ server }) else { return }
        Foundation.kill(process.processIdentifier, number)
    }

    // MARK: Files and processes

    private static func environment(
        _ directory: String, node: UInt16, mapper: UInt16
    ) -> [String: String] {
        [
            "PATH": "/usr/bin:/bin", "HOME": directory, "LANG": "C.UTF-8",
            "RABBITMQ_NODENAME": "carillon@localhost",
            "RABBITMQ_MNESIA_BASE": directory + "/mnesia",
            "RABBITMQ_LOG_BASE": directory + "/log",
            "RABBITMQ_CONFIG_FILE": directory + "/rabbitmq.conf",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": directory + "/enabled_plugins",
            "RABBITMQ_DIST_PORT": "\(node)", "ERL_EPMD_PORT": "\(mapper)",
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            // The Erlang machine replaces the shell script: its process is the one that we start.
            "RABBITMQ_ALLOW_INPUT": "yes",
            // One scheduler that never spins: it shares few cores with the tests.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                "+S 1:1 +sbwt none -noinput -kernel inet_dist_use_interface {127,0,0,1}",
        ]
    }

    private static func write(_ directory: String, port: UInt16, securePort: UInt16) throws {
        let settings = """
            listeners.tcp.1 = 127.0.0.1:\(port)
            listeners.ssl.1 = 127.0.0.1:\(securePort)
            ssl_options.certfile = \(directory)/certificate.pem
            ssl_options.keyfile = \(directory)/key.pem
            ssl_options.verify = verify_none
            load_definitions = \(directory)/definitions.json
            log.console = false

            """
        let files = [
            "rabbitmq.conf": settings, "enabled_plugins": "[].", "definitions.json": definitions,
        ]
        for (name, text) in files {
            try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
        }
        try FileManager.default.createDirectory(
            atPath: directory + "/pids", withIntermediateDirectories: false)
    }

    private static let definitions = """
        {"users": [{"name": "guest", "password": "guest", "tags": "administrator"},
                   {"name": "bob", "password": "sec ret", "tags": ""}],
         "vhosts": [{"name": "/"}, {"name": "other"}],
         "permissions": [
            {"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"},
            {"user": "guest", "vhost": "other", "configure": ".*", "write": ".*", "read": ".*"},
            {"user": "bob", "vhost": "/", "configure": "", "write": "^open$", "read": ""}],
         "queues": [{"name": "early.q", "vhost": "/", "durable": true, "auto_delete": false,
                     "arguments": {}}]}
        """

    private static func makeCertificate(in directory: String) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.currentDirectoryURL = URL(fileURLWithPath: directory)
        process.arguments = [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
            "/CN=carillon-test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem",
            "-out", "certificate.pem",
        ]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.start()
        guard eventually(within: 60, { !process.isRunning }), process.terminationStatus == 0 else {
            throw Failure(what: "openssl made no certificate", output: "")
        }
    }

    private static func startReaper(of directory: String, life: Pipe) throws {
        let reaper = Process()
        reaper.executableURL = URL(fileURLWithPath: "/bin/sh")
        reaper.arguments = [
            "-c",
            """
            cat > /dev/null; cd "$1" 2>/dev/null || exit 0
            for pid in $(ls pids); do kill -9 "$pid"; done; rm -rf "$1"
            """, "reaper", directory,
        ]
        reaper.standardInput = life
        reaper.standardOutput = FileHandle.nullDevice
        reaper.standardError = FileHandle.nullDevice
        try reaper.start()
    }

    private static func start(
        _ path: String, _ arguments: [String], _ environment: [String: String], in directory: String
    ) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = environment
        let name = directory + "/" + URL(fileURLWithPath: path).lastPathComponent + ".out"
        try Data().write(to: URL(fileURLWithPath: name))
        let output = try FileHandle(forWritingTo: URL(fileURLWithPath: name))
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.start()
        try Data().write(to: URL(fileURLWithPath: pidFile(of: process, in: directory)))
        return process
    }

    private static func kill(_ process: Process, in directory: String) {
        if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) }
        _ = eventually { !process.isRunning }
        try? FileManager.default.removeItem(atPath: pidFile(of: process, in: directory))
    }

    private static func pidFile(of process: Process, in directory: String) -> String {
        "\(directory)/pids/\(process.processIdentifier)"
    }
}
