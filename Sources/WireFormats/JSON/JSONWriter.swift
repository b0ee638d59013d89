public import EventCore

/// Writing JSON: bytes appended to an array, piece by piece; no text is built first, no tree is needed.
///
/// Whoever writes an object writes its braces, colons and commas too: `append(ascii: "{\"id\":")`. That
/// is what makes a notification cost tens of nanoseconds. For a tree there is `append(tree: JSON)`.
extension [UInt8] {
    /// Appends a literal as it is.
    public mutating func append(ascii literal: StaticString) {
        unsafe append(
            contentsOf: UnsafeBufferPointer(
                start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    /// Appends the UTF-8 of `text`, neither quoted nor escaped.
    public mutating func append(utf8 text: String) {
        append(contentsOf: text.utf8)
    }

    /// Appends a JSON string: `text` in quotes, escaped as OpenSIPS 4 does it.
    ///
    /// `"` and `\` get a backslash; U+0008, U+0009, U+000A, U+000C, U+000D their short form; other
    /// characters below U+0020 become `\u00xx`. Everything else, U+007F, `/`, `<` and `&` included,
    /// goes out as UTF-8.
    public mutating func append(jsonString text: String) {
        append(addingCapacity: JSONRoom.string(text)) { $0.append(jsonString: text) }
    }

    /// Appends a value as JSON. An integer has neither fraction nor exponent, a double has one of the
    /// two.
    public mutating func append(json value: Value) {
        append(addingCapacity: JSONRoom.value(value)) { $0.append(json: value) }
    }

    /// Appends params as JSON: an object if they are named, else an array; `[]` for none. Order as
    /// given.
    public mutating func append(json params: Params) {
        append(addingCapacity: JSONRoom.params(params)) { $0.append(json: params) }
    }

    /// Appends the shortest text that reads back as the same double: `0.1`, `100.0`, `1e+20`, `-0.0`.
    ///
    /// It always has a fraction or an exponent, so that it stays a double for whoever tells them from
    /// integers. JSON has no word for NaN and the infinities: they become `null`, as ECMAScript's
    /// JSON.stringify has it.
    public mutating func append(json number: Double) {
        append(addingCapacity: JSONRoom.number) { $0.append(json: number) }
    }

    /// Appends `true` or `false`.
    public mutating func append(json flag: Bool) {
        if flag { append(ascii: "true") } else { append(ascii: "false") }
    }
}

/// How many bytes a piece of JSON can take at most: what must be there before it is written into an
/// `OutputSpan`, which never grows.
enum JSONRoom {
    /// The longest number: a double such as `-2.2250738585072014e-308`.
    static let number = 24

    /// A string with its quotes. Short ones are counted as if each byte became `\u00xx`, which is
    /// quicker than to look; long ones are looked at, so that a payload does not take six times its
    /// size.
    static func string(_ text: String) -> Int {
        let count = text.utf8.count
        return count <= 64
            ? 6 * count + 2 : count + 5 * text.utf8.count { ByteMarks.isSpecial($0) } + 2
    }

    /// A value of any kind.
    static func value(_ value: Value) -> Int {
        if case .string(let text) = value { string(text) } else { number }
    }

    /// Params with brackets, colons and commas.
    static func params(_ params: Params) -> Int {
        let items = params.items.span
        var sum = 2
        for index in items.indices {
            sum += 2 + value(items[index].value)
            if let name = items[index].name { sum += string(name) }
        }
        return sum
    }
}

/// The same pieces into memory that is already there: `JSONRoom` says how much is needed, and every
/// piece checks that there is as much.
extension OutputSpan<UInt8> {
    mutating func append(ascii literal: StaticString) {
        unsafe append(
            UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }

    mutating func append(utf8 text: String) {
        unsafe withUTF8(of: text) { unsafe append($0) }
    }

    mutating func append(jsonString text: String) {
        append(quote)
        unsafe withUTF8(of: text) { unsafe appendEscaped($0) }
        append(quote)
    }

    mutating func append(json value: Value) {
        switch value {
        case .string(let text): append(jsonString: text)
        case .integer(let number): append(decimal: number)
        case .double(let number): append(json: number)
        case .boolean(let flag):
            if flag { append(ascii: "true") } else { append(ascii: "false") }
        }
    }

    mutating func append(json number: Double) {
        if number.isFinite {
            append(utf8: number.description)
        } else {
            append(ascii: "null")
        }
    }

    mutating func append(json params: Params) {
        let items = params.items.span
        let isNamed = params.isNamed
        append(isNamed ? UInt8(ascii: "{") : UInt8(ascii: "["))
        for index in items.indices {
            if index > 0 { append(UInt8(ascii: ",")) }
            if isNamed {
                append(jsonString: items[index].name ?? "")
                append(UInt8(ascii: ":"))
            }
            append(json: items[index].value)
        }
        append(isNamed ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }

    /// Copies bytes as they are.
    @inline(__always)
    private mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        unsafe withUnsafeMutableBufferPointer { room, initialized in
            precondition(bytes.count <= room.count &- initialized)
            guard let source = bytes.baseAddress, let target = room.baseAddress else { return }
            unsafe (target + initialized).update(from: source, count: bytes.count)
            initialized &+= bytes.count
        }
    }

    /// Copies runs of bytes that need no escape, and escapes what stands between them.
    @inline(__always)
    private mutating func appendEscaped(_ text: UnsafeBufferPointer<UInt8>) {
        guard let start = text.baseAddress else { return }
        var copied = 0
        while true {
            unsafe withUnsafeMutableBufferPointer { room, initialized in
                let left = text.count &- copied
                precondition(left <= room.count &- initialized)
                guard let target = room.baseAddress else { return }
                let run = unsafe copyPlainRun(
                    of: left, from: start + copied, to: target + initialized)
                initialized &+= run
                copied &+= run
            }
            if copied == text.count { return }
            unsafe appendEscape(of: text[copied])
            copied &+= 1
        }
    }

    private mutating func appendEscape(of byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case quote, backslash: append(byte)
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        default:
            append(ascii: "u00")
            append(hex: byte)
        }
    }
}

/// `String.withUTF8` wants a variable, hence a copy; this one does not, where the text is UTF-8 in one
/// piece already.
@inline(__always)
private func withUTF8(of text: String, _ body: (UnsafeBufferPointer<UInt8>) -> Void) {
    if unsafe text.utf8.withContiguousStorageIfAvailable(body) != nil { return }
    var copy = text
    copy.withUTF8(body)
}

private let quote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")

/// Copies up to `count` bytes, and stops before the first that a JSON string must escape. Returns how
/// many were copied; what lies behind them at `target`, up to `count`, may have been touched.
@inline(__always)
private func copyPlainRun(
    of count: Int, from source: UnsafePointer<UInt8>, to target: UnsafeMutablePointer<UInt8>
) -> Int {
    let source = unsafe UnsafeRawPointer(source)
    let target = UnsafeMutableRawPointer(target)
    var index = 0
    while index &+ 8 <= count {
        let word = unsafe source.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        unsafe target.storeBytes(of: word, toByteOffset: index, as: UInt64.self)
        let marks = ByteMarks.specials(in: UInt64(littleEndian: word))
        if marks != 0 { return index &+ marks.trailingZeroBitCount / 8 }
        index &+= 8
    }
    if index &+ 4 <= count {
        let half = unsafe source.loadUnaligned(fromByteOffset: index, as: UInt32.self)
        unsafe target.storeBytes(of: half, toByteOffset: index, as: UInt32.self)
        let marks = ByteMarks.specials(in: UInt64(UInt32(littleEndian: half)) | 0x2020_2020 << 32)
        if marks != 0 { return index &+ marks.trailingZeroBitCount / 8 }
        index &+= 4
    }
    while index < count {
        let byte = unsafe source.load(fromByteOffset: index, as: UInt8.self)
        if ByteMarks.isSpecial(byte) { return index }
        unsafe target.storeBytes(of: byte, toByteOffset: index, as: UInt8.self)
        index &+= 1
    }
    return index
}
