internal import EventCore

/// The sockets of files; openapi.yaml holds the same grammar as a pattern.
///
///     socket    = "flatstore:" name [ "#" option *( "&" option ) ]
///     name      = 1*128( ALPHA / DIGIT / "_" / "." / "-" )   ; a letter, digit or `_` first
///     option    = "format=" ( "flat" / "ndjson" )
///               / "delimiter=" ( "comma" / "semicolon" / "tab" / "pipe" )   ; of flat lines
///               / "event_name=" ( "yes" / "no" )                            ; of flat lines
///               / overflow / conflate                        ; see `SocketOptions`
///
/// A name alone: files lie directly in the directory of the setting. OpenSIPS writes a path,
/// `flatstore:/var/log/events`: that is taken where all before the last `/` is that very directory,
/// and listed as a name. Identity: the name. Each option once, any order; the defaults are left out
/// of the canonical text.
enum FlatstoreSocketParser {
    /// Most bytes of a name; what rotation appends has room behind them.
    static let nameBytesMax = 128

    private static let delimiters: [(word: String, byte: UInt8)] = [
        ("comma", UInt8(ascii: ",")), ("semicolon", UInt8(ascii: ";")),
        ("tab", UInt8(ascii: "\t")), ("pipe", UInt8(ascii: "|")),
    ]

    /// Reads a socket whose scheme is `flatstore`. Pure; any thread. Throws `.malformed` and
    /// `.badOption` for what breaks the grammar, `.forbidden` where no directory is set.
    static func parse(_ text: SocketText, directory: String?) throws(SocketError) -> Socket {
        let name = name(of: text.rest, in: directory)
        guard isName(name) else {
            throw SocketError(
                .malformed,
                """
                A flatstore socket names a file: 1 to \(nameBytesMax) letters, digits, `_`, `.` and `-`, \
                the first no `.` and no `-`.
                """)
        }
        let options = try SocketOptions(
            text.options, of: "A flatstore socket", taking: [.overflow, .conflate],
            own: ["format", "delimiter", "event_name"])
        let (format, own) = try format(options.own)
        guard directory != nil else {
            throw SocketError(
                .forbidden, "Files are written to only where `flatstore-directory` is set.")
        }
        let target = FlatstoreTarget(name: name, format: format, options: options.delivery)
        let identity = "flatstore:" + name
        return Socket(
            packed: 0,
            detail: SocketDetail(
                identity: identity, text: identity + options.fragment(own: own), target: target))
    }

    /// The name, where `rest` is one or the path of a file in the directory.
    static func name(of rest: String, in directory: String?) -> String {
        guard let directory, rest.hasPrefix(directory + "/") else { return rest }
        return String(rest.dropFirst(directory.utf8.count + 1))
    }

    /// Whether it may be a file's name: nothing that leads elsewhere, is hidden, or looks like a
    /// flag.
    static func isName(_ name: String) -> Bool {
        1...nameBytesMax ~= name.utf8.count
            && name.utf8.enumerated().allSatisfy { index, byte in
                OptionText.isAlphanumeric(byte) || byte == UInt8(ascii: "_")
                    || index > 0 && ".-".utf8.contains(byte)
            }
    }

    private static func format(
        _ options: [SocketText.Option]
    ) throws(SocketError) -> (FlatstoreTarget.Format, canonical: [(name: String, value: String)]) {
        var isFlat = true
        var delimiter = delimiters[0]
        var hasEventName = true
        for option in options {
            switch (option.name, option.value) {
            case ("format", "flat"): isFlat = true
            case ("format", "ndjson"): isFlat = false
            case ("event_name", "yes"): hasEventName = true
            case ("event_name", "no"): hasEventName = false
            case ("delimiter", let word):
                guard let chosen = delimiters.first(where: { $0.word == word }) else {
                    throw bad("has the `delimiter` comma, semicolon, tab or pipe")
                }
                delimiter = chosen
            case ("format", _): throw bad("has the `format` flat or ndjson")
            default: throw bad("has the `event_name` yes or no")
            }
        }
        guard isFlat else {
            guard options.count == 1 else {
                throw bad("has `delimiter` and `event_name` with the format flat only")
            }
            return (.ndjson, [("format", "ndjson")])
        }
        var canonical: [(name: String, value: String)] = []
        if delimiter != delimiters[0] { canonical.append(("delimiter", delimiter.word)) }
        if !hasEventName { canonical.append(("event_name", "no")) }
        return (.flat(delimiter: delimiter.byte, hasEventName: hasEventName), canonical)
    }

    private static func bad(_ expectation: String) -> SocketError {
        SocketOptions.bad("A flatstore socket", expectation)
    }
}
