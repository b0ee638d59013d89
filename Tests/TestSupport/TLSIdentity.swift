internal import Dispatch
public import Foundation

/// A key and a certificate of its own making, which is its own authority: PEM files that go with
/// this object.
public final class TLSIdentity: Sendable {
    /// The certificate.
    public let certificate: URL
    /// Its key.
    public let key: URL

    private let directory: URL

    /// Makes them. `subject` is the name in the certificate, which ends after so many days. Throws when openssl is not
    /// there.
    public init(subject: String = "IP:127.0.0.1", days: Int = 2) throws {
        directory = FileManager.default.temporaryDirectory.appending(
            component: "carillon-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        certificate = directory.appending(component: "certificate.pem")
        key = directory.appending(component: "key.pem")
        try Self.run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "\(days)", "-subj",
            "/CN=carillon-test",
            "-addext", "subjectAltName=\(subject)", "-keyout", key.path, "-out", certificate.path)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    private static func run(_ command: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = command
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        // Not `waitUntilExit`: it turns a run loop, which a thread of the test library's pool has
        // not.
        let exit = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in exit.signal() }
        try process.start()
        exit.wait()
        guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    }
}
