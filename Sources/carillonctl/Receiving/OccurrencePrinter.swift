import WireFormats

/// Prints the lines of the live stream as they arrive.
struct OccurrencePrinter {
    /// As they come, or for people.
    let wantsJSON: Bool
    /// How many occurrences are still wanted.
    private(set) var left: Int
    /// The id of the occurrence that was printed last.
    private(set) var lastID: String?
    private var line: [UInt8] = []

    /// An occurrence's params are at most 256 KB, escaped six times that.
    private static let lineBytesMax = 2_097_152

    /// `lastID`: the one that the stream begins behind.
    init(wantsJSON: Bool, left: Int, lastID: String?) {
        self.wantsJSON = wantsJSON
        self.left = left
        self.lastID = lastID
    }

    /// Takes a part of the stream; whether more is wanted. Fails where it is no stream of occurrences.
    mutating func take(_ part: [UInt8]) throws(Failure) -> Bool {
        var rest = part[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            line += rest[..<end]
            rest = rest[(end + 1)...]
            try print()
            line = []
            if left == 0 || Output.shared.isBroken { return false }
        }
        line += rest
        guard line.count <= Self.lineBytesMax else {
            throw Failure(
                .failed, "The service sends a line of more than \(Self.lineBytesMax) bytes.")
        }
        return true
    }

    /// Half a line of a connection that is over says nothing.
    mutating func startAgain() { line = [] }

    private mutating func print() throws(Failure) {
        // An empty line only shows that the stream lives.
        guard !line.isEmpty else { return }
        guard let item = try? JSON(parsing: line.span) else {
            throw Failure(
                .failed, "The service sends something else than occurrences.",
                advice: "Is this a Carillon?")
        }
        if let id = item["id"]?.stringValue {
            lastID = id
            left -= 1
            show(item)
        } else if let lost = item["lost"] {
            let number = lost.integerValue.map { "\($0) occurrences" } ?? "Occurrences"
            Output.talk("\(number) were missed: the service does not remember them any more.")
        }
        // `end` says why the connection is about to close, which is seen soon enough.
    }

    private func show(_ item: JSON) {
        let output = Output.shared
        guard !wantsJSON else {
            output.line(Printable.json(String(decoding: line, as: UTF8.self)))
            return
        }
        let matched = item["matched"]?.integerValue ?? 0
        let parts = [
            output.styled(LocalTime.text(of: item["time"]?.stringValue), .dim),
            output.styled(Printable.text(item["event"]?.stringValue ?? ""), .event),
            Printable.text(ParamsText.line(item["params"])),
            output.styled("matched=\(matched) id=" + Printable.text(lastID ?? ""), .dim),
        ]
        output.line(parts.filter { !$0.isEmpty }.joined(separator: "  "))
    }
}
