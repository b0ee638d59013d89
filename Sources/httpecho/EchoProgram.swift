import Glibc
import Net

/// `httpecho [--port N | N] [--workers N]`: serves on 127.0.0.1 until it is killed.
enum EchoProgram {
    private struct Options {
        var port: UInt16 = 8_081
        var configuration = HTTPConfiguration()
    }

    static func run(_ arguments: [String]) {
        guard let options = parse(arguments.dropFirst()) else {
            fail("usage: httpecho [--port N | N] [--workers N]")
        }
        signal(SIGPIPE, SIG_IGN)
        do {
            let server = try HTTPServer(
                configuration: options.configuration, handler: EchoHandler())
            let address = try server.listen(on: .tcp(host: "127.0.0.1", port: options.port))
            try server.start()
            if case .tcp(_, let port) = address { print(port) }
            fflush(nil)
            while true { pause() }
        } catch {
            fail("httpecho: \(error)")
        }
    }

    private static func parse(_ arguments: ArraySlice<String>) -> Options? {
        var options = Options()
        var rest = arguments
        while let argument = rest.popFirst() {
            switch argument {
            case "--port":
                guard let port = rest.popFirst().flatMap(UInt16.init) else { return nil }
                options.port = port
            case "--workers":
                guard let workers = rest.popFirst().flatMap(Int.init) else { return nil }
                options.configuration.workers = workers
            default:
                guard let port = UInt16(argument) else { return nil }
                options.port = port
            }
        }
        return options
    }

    private static func fail(_ message: String) -> Never {
        let line = Array((message + "\n").utf8)
        write(STDERR_FILENO, line, line.count)
        exit(2)
    }
}
