internal import Glibc

/// Bytes in memory of their own that grows and is used again: what an array would be, without the
/// checks whether somebody else holds it. One thread.
struct ByteBuffer: ~Copyable {
    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private let capacityAtFirst: Int
    /// How many bytes there are.
    private(set) var count = 0

    init(capacity: Int) {
        self.capacity = capacity
        capacityAtFirst = capacity
        memory = .allocate(capacity: capacity)
    }

    deinit {
        memory.deallocate()
    }

    /// Where they are; valid until the next change.
    var bytes: UnsafePointer<UInt8> { UnsafePointer(memory) }

    /// All of them; valid until the next change.
    var contents: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: memory, count: count) }

    /// Forgets them, and gives memory back that has grown beyond `keepingMax`.
    mutating func clear(keepingMax: Int) {
        count = 0
        guard capacity > keepingMax else { return }
        memory.deallocate()
        capacity = capacityAtFirst
        memory = .allocate(capacity: capacity)
    }

    @inline(__always)
    mutating func append(_ text: StaticString) {
        append(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func append(_ more: UnsafeBufferPointer<UInt8>) {
        guard let start = more.baseAddress else { return }
        if capacity &- count < more.count { grow(more.count) }
        memcpy(memory + count, start, more.count)
        count &+= more.count
    }

    /// Appends bytes of a header line: control characters become spaces.
    mutating func append(line more: UnsafeBufferPointer<UInt8>) {
        let start = count
        append(more)
        makeLine(from: start)
    }

    /// Appends bytes of a header line that `write` writes, at most `bytesMax`: control characters become spaces.
    @inline(__always)
    mutating func append(line bytesMax: Int, _ write: (inout OutputSpan<UInt8>) -> Void) {
        let start = count
        if capacity &- count < bytesMax { grow(bytesMax) }
        let room = UnsafeMutableBufferPointer(start: memory + count, count: bytesMax)
        var output = OutputSpan(buffer: room, initializedCount: 0)
        write(&output)
        count &+= output.finalize(for: room)
        makeLine(from: start)
    }

    private func makeLine(from start: Int) {
        for place in start..<count where memory[place] < 0x20 || memory[place] == 0x7F {
            memory[place] = UInt8(ascii: " ")
        }
    }

    /// Appends a number in hexadecimal; not negative.
    mutating func append(hexadecimal number: Int) {
        var text = String(number, radix: 16)
        text.withUTF8 { append($0) }
    }

    /// Appends a number in decimal; not negative.
    mutating func append(decimal number: Int) {
        if capacity &- count < 20 { grow(20) }
        var digits = 1
        var rest = number
        while rest >= 10 {
            digits &+= 1
            rest /= 10
        }
        rest = number
        var place = count &+ digits
        count = place
        repeat {
            place &-= 1
            memory[place] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        } while rest > 0
    }

    private mutating func grow(_ room: Int) {
        capacity = max(capacity * 2, count + room)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: memory, count: count)
        memory.deallocate()
        memory = larger
    }
}
