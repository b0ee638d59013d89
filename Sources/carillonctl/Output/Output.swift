import Glibc
import Net
import WireFormats

/// Standard output for data, standard error for talk, and what the terminal can do.
///
/// @unchecked because only the main thread uses it: the worker of an HTTP receiver hands bodies over and prints nothing.
final class Output: @unchecked Sendable {
    /// Whether standard output is a terminal: then tables are fitted to it.
    let isTerminal: Bool
    /// Columns of the terminal; nil where the output is no terminal.
    let width: Int?
    /// Whether emphasis is shown: on a terminal, unless NO_COLOR is set (no-color.org) or the terminal is dumb.
    let usesColor: Bool
    /// Whether data could not be written: the reader went away, or the disk is full.
    private(set) var isBroken = false

    /// The process's own.
    static let shared = Output()

    private init() {
        isTerminal = isatty(STDOUT_FILENO) == 1
        width = isTerminal ? Self.columns() : nil
        usesColor =
            isTerminal && Environment.value("NO_COLOR") == nil
            && Environment.value("TERM") != "dumb"
    }

    /// One line of data.
    func line(_ text: String) {
        write(text + "\n")
    }

    /// Data as it is.
    func write(_ text: String) {
        guard !isBroken else { return }
        if let error = Self.write(text, to: STDOUT_FILENO) {
            isBroken = true
            // A reader that has seen enough (`head`) is no fault.
            if error != EPIPE {
                Self.complain(
                    "Cannot write to standard output: " + String(cString: strerror(error)))
            }
        }
    }

    /// A value: one line for programs, indented on a terminal.
    func json(_ tree: JSON) {
        line(isTerminal ? Printable.jsonLines(IndentedJSON.text(tree)) : IndentedJSON.line(tree))
    }

    /// `text` emphasised, where that is shown.
    func styled(_ text: String, _ style: Style) -> String {
        usesColor ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// Emphasis, as the terminal's own codes (ECMA-48 §8.3.117).
    enum Style: String {
        case bold = "1"
        case dim = "2"
        case event = "36"
    }

    /// A line of talk.
    static func talk(_ text: String) {
        write(error: text + "\n")
    }

    /// Talk as it is; where nobody can hear it, it is not missed.
    static func write(error text: String) {
        _ = write(text, to: STDERR_FILENO)
    }

    /// A line of talk about what went wrong.
    static func complain(_ text: String) {
        talk("carillonctl: " + text)
    }

    private static func write(_ text: String, to descriptor: Int32) -> Int32? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = rest.dropFirst(count)
        }
        return nil
    }

    private static func columns() -> Int {
        // struct winsize (ioctl_tty(2)): rows, columns, and two that are unused.
        var size: [UInt16] = [0, 0, 0, 0]
        if ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size[1] > 0 { return Int(size[1]) }
        return Environment.value("COLUMNS").flatMap { Int($0) } ?? 80
    }
}

/// A line on standard error that is written over as long work goes on; nothing where that is no terminal.
struct Progress {
    private let isPossible = isatty(STDERR_FILENO) == 1
    private var isShown = false
    /// When it was shown last, or began: what is done sooner needs none.
    private var shownAt = Clock.boot()

    /// Shows `text`, at most five times a second.
    mutating func show(_ text: @autoclosure () -> String, at now: Int64) {
        guard isPossible, now - shownAt >= 200_000_000 else { return }
        isShown = true
        shownAt = now
        Output.write(error: "\r\u{1B}[K" + text())
    }

    /// Takes it away.
    func clear() {
        if isShown { Output.write(error: "\r\u{1B}[K") }
    }
}

/// The environment.
enum Environment {
    /// The value of a variable; nil where it is empty or not there.
    static func value(_ name: String) -> String? {
        guard let text = getenv(name).map({ String(cString: $0) }), !text.isEmpty else {
            return nil
        }
        return text
    }
}
