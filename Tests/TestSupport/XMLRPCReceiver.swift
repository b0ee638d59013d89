internal import Dispatch
public import Foundation

/// Python's own `xmlrpc.server` as a receiver: a process on 127.0.0.1, over http or https.
///
/// Every procedure returns true, but those whose name begins with `fault`, which raise Fault(4, "no
/// <such> & such").
public final class XMLRPCReceiver: @unchecked Sendable {
    // @unchecked because what threads share is only reached under `condition`.
    /// The port it listens on.
    public let port: UInt16
    /// The certificate, which is its own authority: a PEM file; nil over http.
    public let certificate: URL?

    private let server: Process
    /// The server ends when this closes, with us at the latest.
    private let life = Pipe()
    private let condition = NSCondition()
    private var lines: [String] = []
    private let identity: TLSIdentity?

    /// Starts it. Throws when python3, or for https openssl, is not there.
    public init(isSecure: Bool = false) throws {
        identity = isSecure ? try TLSIdentity() : nil
        certificate = identity?.certificate
        server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        server.arguments = ["python3", "-u", "-c", Self.program]
        if let identity { server.arguments? += [identity.certificate.path, identity.key.path] }
        server.standardInput = life
        let output = Pipe()
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        try server.start()
        let reader = LineReader(output.fileHandleForReading)
        guard let line = reader.next(), let port = UInt16(line) else {
            try? life.fileHandleForWriting.close()
            throw CocoaError(.executableLoad)
        }
        self.port = port
        Thread.detachNewThread { [weak self] in
            while let line = reader.next() { self?.take(line) }
        }
    }

    deinit {
        try? life.fileHandleForWriting.close()
    }

    /// Waits until `count` calls have come, or 20 seconds have passed; then gives those there are,
    /// each as JSON: `[connection, method, [param, …]]`.
    public func calls(_ count: Int) -> [String] {
        let limit = Date(timeIntervalSinceNow: 20)
        return condition.withLock {
            while lines.count < count, condition.wait(until: limit) {}
            return lines
        }
    }

    private func take(_ line: String) {
        condition.withLock {
            lines.append(line)
            condition.broadcast()
        }
    }

    private static let program = """
        import json, os, ssl, sys, threading
        from socketserver import ThreadingMixIn
        from xmlrpc.client import Fault
        from xmlrpc.server import SimpleXMLRPCRequestHandler, SimpleXMLRPCServer
        lock = threading.Lock()
        class Handler(SimpleXMLRPCRequestHandler):
            protocol_version = "HTTP/1.1"
            rpc_paths = ("/RPC2", "/other")
            def setup(self):
                self.server.connections += 1
                super().setup()
        class Server(ThreadingMixIn, SimpleXMLRPCServer):
            daemon_threads = True
            connections = 0
            def _dispatch(self, method, params):
                with lock:
                    print(json.dumps([self.connections, method, params]), flush=True)
                if method.startswith("fault"):
                    raise Fault(4, "no <such> & such")
                return True
        server = Server(("127.0.0.1", 0), requestHandler=Handler, logRequests=False)
        if len(sys.argv) > 2:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(sys.argv[1], sys.argv[2])
            server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_address[1], flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
        server.serve_forever()
        """
}

/// Takes what a process writes apart into lines. One thread at a time.
private final class LineReader: @unchecked Sendable {
    // @unchecked because it is handed from the thread that starts the process to the one that reads
    // on.
    private let file: FileHandle
    private var buffer = Data()

    init(_ file: FileHandle) { self.file = file }

    /// The next line; nil once the process has ended.
    func next() -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: buffer[..<end], as: UTF8.self)
                buffer = buffer[buffer.index(after: end)...]
                return line
            }
            let more = file.availableData
            if more.isEmpty { return nil }
            buffer += more
        }
    }
}
