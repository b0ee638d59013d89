import Glibc

/// What cannot be measured from outside: parts of Carillon in this process, beside what others would use for them.
/// Each part prints one JSON object a line; Tests/Bench/driver/inside.py makes figures of them.
@main
enum Micro {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        let numbers = arguments.compactMap { Int($0) }
        switch (arguments.first, arguments.count) {
        case ("json", 2): try JSONPart.run(rounds: numbers[0])
        case ("core", 2): try CorePart.run(rounds: numbers[0])
        case ("script", 2): try ScriptPart.run(rounds: numbers[0])
        case ("calls", 5):
            try CallsPart.run(
                url: arguments[2], inFlight: numbers[0], calls: numbers[1], batch: numbers[2])
        case ("hung", 4):
            try HungPart.run(url: arguments[2], hung: numbers[0], calls: numbers[1])
        case ("publish", 3): try BrokerPart.publish(socket: arguments[2], messages: numbers[0])
        case ("reconnect", 3): try BrokerPart.reconnect(socket: arguments[2], failures: numbers[0])
        case ("stream", 5):
            try StreamPart.run(
                firstPort: numbers[0], ports: numbers[1], raises: numbers[2], perSecond: numbers[3])
        default:
            print(
                """
                usage: bench-micro json ROUNDS | core ROUNDS | script ROUNDS
                       | calls URL IN_FLIGHT CALLS BATCH | hung URL HUNG CALLS
                       | stream FIRST_PORT PORTS RAISES PER_SECOND
                       | publish SOCKET MESSAGES | reconnect SOCKET FAILURES
                """)
            exit(2)
        }
    }
}
