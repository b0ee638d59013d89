public import Foundation

/// An HTTPS server on 127.0.0.1 with a certificate of its own making: a Python process that answers 200.
public final class TLSReceiver {
    /// The port it listens on.
    public let port: UInt16
    /// The certificate, which is its own authority: a PEM file.
    public let certificate: URL

    private let identity: TLSIdentity
    private let server: Process
    /// The server ends when this closes, with us at the latest.
    private let life = Pipe()

    /// Starts it. `subject` is the name in the certificate, as in `IP:127.0.0.1`, which ends after so many days;
    /// `oldestOnly` offers nothing newer than TLS 1.1. Throws when openssl or python3 is not there.
    public init(
        subject: String = "IP:127.0.0.1", oldestOnly: Bool = false, days: Int = 2
    ) throws {
        identity = try TLSIdentity(subject: subject, days: days)
        certificate = identity.certificate
        server = Process()
        server.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        server.arguments = [
            "python3", "-u", "-c", Self.program, certificate.path, identity.key.path,
            oldestOnly ? "old" : "new",
        ]
        server.standardInput = life
        let output = Pipe()
        server.standardOutput = output
        server.standardError = FileHandle.nullDevice
        try server.start()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let port = UInt16(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            try? life.fileHandleForWriting.close()
            throw CocoaError(.executableLoad)
        }
        self.port = port
    }

    deinit {
        try? life.fileHandleForWriting.close()
    }

    private static let program = """
        import http.server, os, ssl, sys, threading
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
            def log_message(self, *arguments):
                pass
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if sys.argv[3] == "old":
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(sys.argv[1], sys.argv[2])
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_address[1], flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
        server.serve_forever()
        """
}
