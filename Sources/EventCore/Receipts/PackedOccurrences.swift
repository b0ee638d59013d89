/// Occurrences that nobody was told of, written down one after the other in large pieces of memory.
///
/// Kept as objects they would cost a raise as much again as the raise itself: each is freed thousands of raises later,
/// when none of its memory is in a cache any more. Written down they are one stretch of memory that is only appended to,
/// and given up by the piece. What belongs to one occurrence lies in one piece.
struct PackedOccurrences {
    /// Where one lies.
    struct Location {
        /// Which piece, counted from the first one ever.
        let piece: UInt32
        /// Where in it.
        let offset: UInt32
    }

    /// What was written down.
    struct Content {
        let event: String
        let params: Params
        let time: Int64
        let raiser: UInt32
        let depth: Int
    }

    private struct Piece {
        var bytes: [UInt8]
        let capacity: Int
        /// Occurrences in it that are still kept.
        var count = 0
    }

    /// The oldest first; the last one is written to.
    private var pieces: [Piece] = []
    /// Pieces given up so far.
    private var gone: UInt32 = 0
    /// The last piece given up, to be used again.
    private var spare: [UInt8]?
    private let pieceBytes: Int

    /// Memory of all pieces, bytes.
    private(set) var bytes = 0

    /// Nothing written down yet. One that is larger than `pieceBytes` gets a piece of its own.
    init(pieceBytes: Int) {
        self.pieceBytes = pieceBytes
    }

    /// Writes one down.
    mutating func append(
        event: String, _ params: Params, time: Int64, raiser: UInt32, depth: Int
    ) -> Location {
        let room = PackedWriter.room(event, params)
        if (pieces.last.map { $0.capacity - $0.bytes.count } ?? 0) < room { addPiece(room) }
        let last = pieces.count - 1
        let offset = pieces[last].bytes.count
        pieces[last].bytes.append(addingCapacity: room) { output in
            PackedWriter.write(
                event, params, time: time, raiser: raiser, depth: depth, to: &output)
        }
        pieces[last].count += 1
        return Location(piece: gone &+ UInt32(last), offset: UInt32(offset))
    }

    /// What lies there; only what has not been forgotten.
    func content(at location: Location) -> Content {
        let bytes = pieces[Int(location.piece &- gone)].bytes
        return PackedReader.content(of: bytes.span, at: Int(location.offset))
    }

    /// The event and the time of what lies there.
    func head(at location: Location) -> (event: String, time: Int64) {
        let bytes = pieces[Int(location.piece &- gone)].bytes
        return PackedReader.head(of: bytes.span, at: Int(location.offset))
    }

    /// Forgets the oldest.
    mutating func forget(_ location: Location) {
        let place = Int(location.piece &- gone)
        pieces[place].count -= 1
        // Not the one that is written to: its rest is still to be used.
        while pieces.count > 1, pieces[0].count == 0 { giveUpFirst() }
    }

    private mutating func giveUpFirst() {
        var piece = pieces.removeFirst()
        gone &+= 1
        bytes -= piece.capacity
        guard piece.capacity == pieceBytes else { return }
        piece.bytes.removeAll(keepingCapacity: true)
        spare = piece.bytes
    }

    private mutating func addPiece(_ room: Int) {
        let capacity = max(pieceBytes, room)
        var memory: [UInt8] = []
        if capacity == pieceBytes, let spare = spare.take() {
            memory = spare
        } else {
            memory.reserveCapacity(capacity)
        }
        if let last = pieces.last, last.count == 0 { giveUpFirst() }
        pieces.append(Piece(bytes: memory, capacity: capacity))
        bytes += capacity
    }
}

/// How an occurrence is written down. Whole numbers are little-endian; a text has its length before it. Lengths and counts
/// are written as varints: seven bits to a byte, the lowest first, the highest bit where more follow.
///
///     time 8, raiser, depth, event, count * 2 + (1 if named), and for each param: [name] kind 1 value
private enum PackedWriter {
    /// At least what `write` needs.
    static func room(_ event: String, _ params: Params) -> Int {
        var room = 48 + event.utf8.count
        for item in params.items {
            room += 16
            if let name = item.name { room += name.utf8.count }
            if case .string(let text) = item.value { room += text.utf8.count }
        }
        return room
    }

    static func write(
        _ event: String, _ params: Params, time: Int64, raiser: UInt32, depth: Int,
        to output: inout OutputSpan<UInt8>
    ) {
        output.append(word: UInt64(bitPattern: time))
        // The commonest is the highest number, which stands for nobody.
        output.append(varint: UInt64(raiser &+ 1))
        output.append(varint: UInt64(clamping: depth))
        output.append(text: event)
        let items = params.items.span
        output.append(varint: UInt64(items.count * 2 + (params.isNamed ? 1 : 0)))
        for index in items.indices {
            if let name = items[index].name { output.append(text: name) }
            switch items[index].value {
            case .string(let text):
                output.append(0)
                output.append(text: text)
            case .integer(let number):
                output.append(1)
                output.append(word: UInt64(bitPattern: number))
            case .double(let number):
                output.append(2)
                output.append(word: number.bitPattern)
            case .boolean(let isTrue): output.append(isTrue ? 4 : 3)
            }
        }
    }
}

extension OutputSpan<UInt8> {
    @inline(__always)
    fileprivate mutating func append(varint number: UInt64) {
        var rest = number
        while rest > 0x7F {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    fileprivate mutating func append(word: UInt64) {
        precondition(freeCapacity >= 8, "room was made for it")
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            unsafe raw.storeBytes(of: word.littleEndian, toByteOffset: count, as: UInt64.self)
            count += 8
        }
    }

    /// At once, not byte by byte.
    @inline(__always)
    fileprivate mutating func append(text: String) {
        let bytes = text.utf8.span
        append(varint: UInt64(bytes.count))
        precondition(freeCapacity >= bytes.count, "room was made for it")
        unsafe withUnsafeMutableBufferPointer { buffer, count in
            unsafe bytes.withUnsafeBytes { source in
                let raw = UnsafeMutableRawBufferPointer(buffer)
                unsafe UnsafeMutableRawBufferPointer(rebasing: raw[count...]).copyMemory(
                    from: source)
            }
            count += bytes.count
        }
    }
}

/// Reads what `PackedWriter` wrote: our own bytes, so what is not as it should be is our mistake.
private struct PackedReader {
    private var place: Int

    static func content(of bytes: Span<UInt8>, at offset: Int) -> PackedOccurrences.Content {
        var reader = PackedReader(place: offset)
        let time = Int64(bitPattern: reader.word(bytes))
        let raiser = UInt32(reader.varint(bytes)) &- 1
        let depth = reader.varint(bytes)
        let event = reader.text(bytes)
        return PackedOccurrences.Content(
            event: event, params: reader.params(bytes), time: time, raiser: raiser, depth: depth)
    }

    static func head(of bytes: Span<UInt8>, at offset: Int) -> (event: String, time: Int64) {
        var reader = PackedReader(place: offset)
        let time = Int64(bitPattern: reader.word(bytes))
        _ = reader.varint(bytes)
        _ = reader.varint(bytes)
        return (reader.text(bytes), time)
    }

    private mutating func params(_ bytes: Span<UInt8>) -> Params {
        let count = varint(bytes)
        var items: [Param] = []
        items.reserveCapacity(count / 2)
        for _ in 0..<count / 2 {
            let name = count & 1 == 1 ? text(bytes) : nil
            items.append(Param(name: name, value: value(bytes)))
        }
        return Params(unchecked: items)
    }

    private mutating func value(_ bytes: Span<UInt8>) -> Value {
        let kind = bytes[place]
        place += 1
        switch kind {
        case 0: return .string(text(bytes))
        case 1: return .integer(Int64(bitPattern: word(bytes)))
        case 2: return .double(Double(bitPattern: word(bytes)))
        default: return .boolean(kind == 4)
        }
    }

    private mutating func varint(_ bytes: Span<UInt8>) -> Int {
        var number = 0
        var shift = 0
        while true {
            let byte = bytes[place]
            place += 1
            number |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return number }
            shift += 7
        }
    }

    private mutating func word(_ bytes: Span<UInt8>) -> UInt64 {
        var word: UInt64 = 0
        for index in 0..<8 { word |= UInt64(bytes[place + index]) << UInt64(8 * index) }
        place += 8
        return word
    }

    private mutating func text(_ bytes: Span<UInt8>) -> String {
        let count = varint(bytes)
        defer { place += count }
        return unsafe String(copying: UTF8Span(unchecked: bytes.extracting(place..<place + count)))
    }
}
