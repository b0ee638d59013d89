/// A settings file: lines of `key = value`, keys being the names of the flags.
///
/// A `#` at the start of a line or after a blank begins a comment. A value in double quotes is taken as it is, blanks
/// and `#` included. A key that may be there more than once gets one value a line.
struct SettingsFile {
    /// One `key = value`.
    struct Entry: Equatable {
        var line: Int
        var name: String
        var value: String
    }

    /// What it says, in the order of its lines.
    private(set) var entries: [Entry] = []
    /// What is wrong with it, each with its line.
    private(set) var faults: [(line: Int, message: String)] = []

    /// Most bytes of a settings file; more is a fault of whoever opens it.
    static let bytesMax = 1_048_576

    /// Reads all of it, however much is wrong.
    init(parsing bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            faults.append((1, "expected UTF-8"))
            return
        }
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, bytes) in lines.enumerated() {
            let line = Substring(bytes).trimmingBlanks()
            if line.isEmpty || line.hasPrefix("#") { continue }
            switch Self.entry(line) {
            case .success(let (name, value)):
                entries.append(Entry(line: index + 1, name: name, value: value))
            case .failure(let fault): faults.append((index + 1, fault.message))
            }
        }
    }

    private struct Fault: Error {
        let message: String
    }

    private static func entry(_ line: Substring) -> Result<(name: String, value: String), Fault> {
        guard let equals = line.firstIndex(of: "=") else {
            return .failure(Fault(message: "expected 'key = value', found '\(line.excerpt)'"))
        }
        let name = String(line[..<equals].trimmingBlanks())
        guard !name.isEmpty else { return .failure(Fault(message: "expected a key before the =")) }
        let rest = line[line.index(after: equals)...].trimmingBlanks()
        return value(rest).map { (name, $0) }
    }

    private static func value(_ text: Substring) -> Result<String, Fault> {
        guard text.first == "\"" else { return .success(String(text.withoutComment())) }
        guard let close = text.dropFirst().firstIndex(of: "\"") else {
            return .failure(Fault(message: "expected a closing \" at the end of the value"))
        }
        let behind = text[text.index(after: close)...]
        guard behind.withoutComment().isEmpty else {
            return .failure(Fault(message: "expected nothing but a comment after the closing \""))
        }
        return .success(String(text[text.index(after: text.startIndex)..<close]))
    }
}

extension Substring {
    /// Without blanks, tabs and carriage returns at both ends.
    fileprivate func trimmingBlanks() -> Substring {
        var text = drop { Self.blanks.contains($0) }
        while let last = text.last, Self.blanks.contains(last) { text.removeLast() }
        return text
    }

    /// Without what a `#` at the start or behind a blank begins, and without blanks at the end.
    fileprivate func withoutComment() -> Substring {
        var isBehindBlank = true
        for index in indices {
            if self[index] == "#", isBehindBlank { return self[..<index].trimmingBlanks() }
            isBehindBlank = Self.blanks.contains(self[index])
        }
        return trimmingBlanks()
    }

    /// Enough of it to be recognised.
    fileprivate var excerpt: String { count > 40 ? prefix(40) + "…" : String(self) }

    /// A carriage return and a line feed are one Character; the feed is cut off before.
    private static let blanks: Set<Character> = [" ", "\t", "\r"]
}
