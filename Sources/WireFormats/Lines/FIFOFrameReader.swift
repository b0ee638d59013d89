/// Cuts what arrives at a command FIFO into commands, of either protocol:
///
///     :reply:{"jsonrpc":"2.0",…}        JSON-RPC, OpenSIPS 3 and 4: ends with the line, or with its value
///     :command:reply                    lines, OpenSIPS 2: ends with an empty line,
///     parameter                         or where the next command begins
///
/// Client libraries of OpenSIPS write JSON without a line feed, so a value that is whole is a command. Lines
/// that begin no command are skipped: that is how it finds its way after garbage or a writer that died.
/// A value: it owns no descriptor and reads no clock; whoever feeds it says when to give up waiting (`flush`).
public struct FIFOFrameReader: Sendable {
    /// Most bytes of one command, its header included; what is longer is skipped to the next line feed.
    public let frameBytesMax: Int

    private var buffer: [UInt8] = []
    /// Where the command begins that is being read; what lies before it is done with.
    private var start = 0
    /// Up to where it has been looked at.
    private var place = 0
    private var state = State.outside

    private enum State: Sendable {
        /// Between commands.
        case outside
        /// In a JSON value, whose first byte is at `body`.
        case json(body: Int, JSONExtent)
        /// In a command of lines: `line` is where the line begins that is being looked at.
        case lines(line: Int)
        /// In a line that is too long.
        case skipping
    }

    /// One command, or what was skipped instead.
    public enum Frame: Sendable, Equatable {
        /// A JSON text, perhaps broken, and where its reply goes.
        case json(reply: [UInt8], text: [UInt8])
        /// A command of lines, header included.
        case lines([UInt8])
        /// A line that begins no command.
        case noCommand
        /// A command longer than `frameBytesMax`.
        case tooLong
        /// A command whose end did not come.
        case incomplete
    }

    /// A reader.
    public init(frameBytesMax: Int = 65_536) {
        self.frameBytesMax = frameBytesMax
    }

    /// Whether it waits for the end of something.
    public var isInside: Bool {
        if case .outside = state { return start < buffer.count }
        return true
    }

    /// Takes bytes as they came. `next` is to be called until it has no more, before further bytes.
    public mutating func append(_ bytes: Span<UInt8>) {
        buffer.reserveCapacity(buffer.count + bytes.count)
        for index in bytes.indices { buffer.append(bytes[index]) }
    }

    /// The next frame; nil when more bytes are needed.
    public mutating func next() -> Frame? {
        while true {
            switch state {
            case .outside:
                guard skipBlankLines() else { return nil }
                if let frame = begin() { return frame }
                if case .outside = state { return overlong() }
            case .json(let body, let extent):
                if let frame = readJSON(body, extent) { return frame }
                return overlong()
            case .lines(let line):
                if let frame = readLines(line) { return frame }
                return overlong()
            case .skipping:
                guard let end = endOfLine(from: place) else {
                    drop(to: buffer.count)
                    return nil
                }
                drop(to: end + 1)
                state = .outside
            }
        }
    }

    /// Called when no more will come (every writer has closed) or has come for too long: gives out a command of
    /// whole lines that only lacks its empty line, and throws anything else away.
    public mutating func flush() -> Frame? {
        defer {
            drop(to: buffer.count)
            state = .outside
        }
        switch state {
        case .outside: return start < buffer.count ? .incomplete : nil
        case .json(let body, let extent):
            return extent.isComplete ? json(body, to: buffer.count) : .incomplete
        case .lines: return buffer.last == lineFeed ? .lines(Array(buffer[start...])) : .incomplete
        case .skipping: return nil
        }
    }
}

extension FIFOFrameReader {
    /// Moves over empty lines and blanks; false when nothing is left.
    private mutating func skipBlankLines() -> Bool {
        while start < buffer.count, Self.isBlank(buffer[start]) || buffer[start] == lineFeed {
            start += 1
        }
        place = max(place, start)
        if start < buffer.count { return true }
        drop(to: start)
        return false
    }

    /// Looks at the beginning of a line: finds out which protocol it is, or gives out a line that is none.
    /// nil with the state unchanged when that cannot be known yet.
    private mutating func begin() -> Frame? {
        let end = endOfLine(from: place)
        let line = buffer[start..<(end ?? buffer.count)]
        guard buffer[start] == colon, let second = line.dropFirst().firstIndex(of: colon) else {
            place = buffer.count
            guard let end else { return nil }
            drop(to: end + 1)
            return .noCommand
        }
        let body = line[(second + 1)...].firstIndex { !Self.isBlank($0) }
        if let body, JSONExtent.begins(with: buffer[body]) {
            place = body
            state = .json(body: body, JSONExtent())
        } else if end != nil || body != nil {
            place = start
            state = .lines(line: start)
        }
        return nil
    }

    private mutating func readJSON(_ body: Int, _ extent: JSONExtent) -> Frame? {
        var extent = extent
        while place < buffer.count {
            let byte = buffer[place]
            if byte == lineFeed {
                defer { drop(to: place + 1) }
                return fitting(json(body, to: place), to: place)
            }
            if extent.isComplete {
                // Another command begins right behind it; or what follows makes the whole line no JSON.
                if byte == colon, !extent.hasTail {
                    defer { drop(to: place) }
                    return fitting(json(body, to: place), to: place)
                }
                if !Self.isBlank(byte) { extent.hasTail = true }
            } else {
                extent.take(byte)
            }
            place += 1
        }
        if extent.isComplete, !extent.hasTail {
            defer { drop(to: place) }
            return fitting(json(body, to: place), to: place)
        }
        state = .json(body: body, extent)
        return nil
    }

    private mutating func readLines(_ line: Int) -> Frame? {
        var line = line
        while let end = endOfLine(from: max(place, line)) {
            let content = buffer[line..<end]
            if content.allSatisfy({ $0 == carriageReturn }) {
                defer { drop(to: end + 1) }
                return fitting(.lines(Array(buffer[start..<line])), to: line)
            }
            if line > start, Self.beginsCommand(content) {
                defer { drop(to: line) }
                return fitting(.lines(Array(buffer[start..<line])), to: line)
            }
            line = end + 1
        }
        place = buffer.count
        state = .lines(line: line)
        return nil
    }

    /// Gives up a command that has become too long; nil while it has not.
    private mutating func overlong() -> Frame? {
        guard buffer.count - start > frameBytesMax else { return nil }
        state = .skipping
        // What has been looked at holds no line feed that ends it; lines may have some.
        place = start
        if case let last? = buffer[start...].lastIndex(of: lineFeed) { place = last + 1 }
        if place >= buffer.count { state = .outside }
        drop(to: place)
        return .tooLong
    }

    /// A frame that ends at `end`, unless it is too long: the limit holds however the bytes were cut.
    private func fitting(_ frame: Frame, to end: Int) -> Frame {
        end - start > frameBytesMax ? .tooLong : frame
    }

    private func json(_ body: Int, to end: Int) -> Frame {
        let reply = buffer[(start + 1)..<body].prefix { $0 != colon }
        return .json(reply: Array(reply), text: Array(buffer[body..<end]))
    }

    private func endOfLine(from place: Int) -> Int? {
        buffer[min(place, buffer.count)...].firstIndex(of: lineFeed)
    }

    /// Is done with everything before `end`, and gives the memory back once nothing is left.
    private mutating func drop(to end: Int) {
        start = end
        place = end
        if end == buffer.count {
            buffer.removeAll(keepingCapacity: buffer.capacity <= 2 * frameBytesMax)
            start = 0
            place = 0
        } else if end > frameBytesMax {
            buffer.removeSubrange(..<end)
            start = 0
            place = 0
        }
        if case .skipping = state { return }
        state = .outside
    }

    /// Whether a line among parameters must be another command: `:name:` or `::{`. `::1` is a parameter.
    private static func beginsCommand(_ line: ArraySlice<UInt8>) -> Bool {
        guard line.first == colon, let second = line.dropFirst().firstIndex(of: colon) else {
            return false
        }
        if second > line.startIndex + 1 { return true }
        let body = line[(second + 1)...].first { !isBlank($0) }
        return body.map(JSONExtent.begins) ?? false
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == carriageReturn
    }
}

/// Where a JSON array or object ends.
private struct JSONExtent: Sendable {
    private var nesting = JSONNesting()
    /// Whether something other than blanks follows its last bracket.
    var hasTail = false
    /// Whether its last bracket was seen.
    private(set) var isComplete = false

    static func begins(with byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[")
    }

    mutating func take(_ byte: UInt8) {
        nesting.advance(over: byte)
        isComplete = nesting.depth == 0
    }
}

private let colon = UInt8(ascii: ":")
private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
