import ArgumentParser
import Ccurl
import Csqlite
import Glibc
import Logging

/// A daemon that does nothing: it links what `carillond` links, listens on a free port, and waits. What its memory is,
/// is the price of the libraries.
@main
struct Hello: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "bench-hello")

    func run() throws {
        let log = Logger(label: "hello") { StreamLogHandler.standardError(label: $0) }
        curl_global_init(Int(CURL_GLOBAL_ALL))
        log.debug(
            "libcurl \(String(cString: curl_version())), SQLite \(sqlite3_libversion_number())")
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard listener >= 0, listen(listener, 16) == 0 else { throw ExitCode.failure }
        print("ready")
        fflush(nil)
        while true { pause() }
    }
}
