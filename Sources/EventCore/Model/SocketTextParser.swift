extension SocketText {
    /// Most bytes of a scheme; longer ones name no transport.
    public static let schemeBytesMax = 16
    /// Most options in one socket.
    public static let optionsMax = 16

    /// Takes a socket's text apart; its transport looks at the parts afterwards.
    ///
    ///     socket  = scheme ":" rest [ "#" option *( "&" option ) ]
    ///             / path      [ "#" option *( "&" option ) ]    ; a bare path is unix:path
    ///     scheme  = 1*16( %x61-7A )                ; lower case, compared exactly (OpenSIPS)
    ///     rest    = 1*( %x20-22 / %x24-7E )         ; blanks are the transport's to refuse
    ///     path    = "/" *( %x20-22 / %x24-7E )
    ///             ; of virtual: all that follows, %x20-7E and tabs: whole sockets stand there, with
    ///             ; options of their own
    ///     option  = name "=" *( %x20-25 / %x27-7E ) ; 16 at most, no name twice
    ///     name    = %x61-7A *( %x61-7A / %x30-39 / "-" / "_" )
    ///
    /// At most `bytesMax` bytes. Printable ASCII only: Swift compares strings by canonical
    /// equivalence and the kernel compares bytes, so two spellings of an `é` would be one
    /// subscriber here and two files there. Pure, any thread. Throws `.malformed` or `.badOption`;
    /// no sentence repeats the text, it may hold secrets.
    public static func parse(_ text: String) throws(SocketError) -> SocketText {
        let bytes = text.utf8Span.span
        guard bytes.count > 0 else {
            throw SocketError(
                .malformed,
                "A socket is `scheme:address`, as in udp:127.0.0.1:8888; this one is empty.")
        }
        guard bytes.count <= bytesMax else {
            throw SocketError(.malformed, "A socket has at most \(bytesMax) bytes.")
        }
        let nests = text.hasPrefix(nesting)
        var colon = -1
        var hash = -1
        for index in bytes.indices {
            let byte = bytes[index]
            if byte < 0x20 || byte > 0x7E, !nests || byte != UInt8(ascii: "\t") {
                throw SocketError(
                    .malformed,
                    "A socket holds printable ASCII only; byte \(index + 1) is something else.")
            }
            if byte == UInt8(ascii: ":"), colon < 0 { colon = index }
            if byte == UInt8(ascii: "#"), hash < 0, !nests { hash = index }
        }
        let end = hash < 0 ? bytes.count : hash
        let isBarePath = bytes[0] == UInt8(ascii: "/")
        let restStart = isBarePath ? 0 : colon + 1
        if !isBarePath {
            guard colon >= 0, colon < end else {
                throw SocketError(
                    .malformed,
                    "A socket is `scheme:address`, as in udp:127.0.0.1:8888, or a /path.")
            }
            try checkScheme(bytes.extracting(0..<colon))
        }
        guard restStart < end else {
            throw SocketError(
                .malformed, "A socket has an address after its scheme, as in udp:127.0.0.1:8888.")
        }
        return SocketText(
            scheme: isBarePath ? "unix" : slice(text, 0, colon),
            rest: slice(text, restStart, end),
            options: hash < 0 ? [] : try parseOptions(text, from: hash + 1))
    }

    /// The scheme of sockets that hold whole sockets.
    private static let nesting = "virtual:"

    private static func checkScheme(_ bytes: Span<UInt8>) throws(SocketError) {
        guard 1...schemeBytesMax ~= bytes.count else {
            throw SocketError(.malformed, "A scheme has 1 to \(schemeBytesMax) letters.")
        }
        for index in bytes.indices where !isLowerCase(bytes[index]) {
            throw SocketError(
                .malformed, "A scheme is written in lower-case letters only, as in `udp:`.")
        }
    }

    /// `option *( "&" option )`, from byte `start` to the end of `text`.
    private static func parseOptions(
        _ text: String, from start: Int
    ) throws(SocketError) -> [Option] {
        let bytes = text.utf8Span.span
        var options: [Option] = []
        var from = start
        while true {
            var equals = -1
            var end = from
            while end < bytes.count, bytes[end] != UInt8(ascii: "&") {
                if bytes[end] == UInt8(ascii: "="), equals < 0 { equals = end }
                end += 1
            }
            guard equals > from, isName(bytes.extracting(from..<equals)) else {
                throw SocketError(
                    .badOption, "After `#` come options, `name=value`, joined by `&`.")
            }
            guard options.count < optionsMax else {
                throw SocketError(.badOption, "A socket has at most \(optionsMax) options.")
            }
            let name = slice(text, from, equals)
            if options.contains(where: { $0.name == name }) {
                throw SocketError(.badOption, "The option `\(name.prefix(32))` is there twice.")
            }
            options.append(Option(name: name, value: slice(text, equals + 1, end)))
            if end == bytes.count { return options }
            from = end + 1
        }
    }

    private static func isName(_ bytes: Span<UInt8>) -> Bool {
        for index in bytes.indices {
            let byte = bytes[index]
            let isInner =
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            if !isLowerCase(byte), index == 0 || !isInner { return false }
        }
        return true
    }

    private static func isLowerCase(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte
    }

    /// Bytes `from..<to` of an ASCII text; no memory of its own up to 15 bytes.
    private static func slice(_ text: String, _ from: Int, _ to: Int) -> String {
        let utf8 = text.utf8
        let start = utf8.index(utf8.startIndex, offsetBy: from)
        return String(text[start..<utf8.index(start, offsetBy: to - from)])
    }
}
