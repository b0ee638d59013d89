/// The member names of one object that were already there, for whoever reads it with
/// `JSONReader.nextName`.
///
/// Equal means equal byte for byte: `é` composed and decomposed are two names, though Swift's
/// `String ==` does not tell them apart.
public struct JSONNames {
    /// Most objects are small and their names hold no escapes: so many are kept only as places in the
    /// text.
    private static let fewMax = 8

    private var few = InlineArray<8, Range<Int>>(repeating: 0..<0)
    private var fewCount = 0
    /// All names, once they are more or one holds an escape. Hashed with the process's random seed, so
    /// nobody can choose names that collide.
    private var many: Set<Name> = []

    /// No names.
    public init() {}

    /// Adds the name at `place`, which `text` is when read; false if it was there. O(1), whatever the
    /// names are.
    mutating func insert(
        _ text: String, at place: Range<Int>, hasEscapes: Bool, in bytes: Span<UInt8>
    ) -> Bool {
        if many.isEmpty, !hasEscapes {
            for index in 0..<fewCount where equal(few[index], place, in: bytes) { return false }
            if fewCount < Self.fewMax {
                few[fewCount] = place
                fewCount &+= 1
                return true
            }
        }
        if many.isEmpty { moveAll(from: bytes) }
        return many.insert(Name(text: text)).inserted
    }

    @inline(__always)
    private func equal(_ one: Range<Int>, _ other: Range<Int>, in bytes: Span<UInt8>) -> Bool {
        if one.count != other.count { return false }
        for index in 0..<one.count
        where bytes[one.lowerBound &+ index] != bytes[other.lowerBound &+ index] {
            return false
        }
        return true
    }

    private mutating func moveAll(from bytes: Span<UInt8>) {
        for index in 0..<fewCount {
            let text = unsafe bytes.extracting(few[index]).withUnsafeBufferPointer {
                unsafe String(decoding: $0, as: UTF8.self)
            }
            many.insert(Name(text: text))
        }
        fewCount = 0
    }

    /// A string that is compared by its bytes.
    private struct Name: Hashable {
        let text: String

        static func == (one: Name, other: Name) -> Bool {
            one.text.utf8.count == other.text.utf8.count
                && one.text.utf8.elementsEqual(other.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}
