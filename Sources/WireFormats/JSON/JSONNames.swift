/// The member names of one object that were already there. Equal means equal byte for byte: `é` composed and
/// decomposed are two names, which Swift's `String ==` would not tell apart.
public struct JSONNames {
    /// Most objects are small: up to here names are compared one by one and need no memory of their own.
    private static let fewMax = 8

    private var few = InlineArray<8, String>(repeating: "")
    private var fewCount = 0
    /// Hashed with the process's random seed, so nobody can choose names that collide.
    private var many: Set<Name> = []

    /// No names.
    public init() {}

    /// Adds a name; false if it was there. O(1), whatever the names are.
    public mutating func insert(_ name: String) -> Bool {
        for index in 0..<fewCount where Name(few[index]) == Name(name) { return false }
        if fewCount < Self.fewMax {
            few[fewCount] = name
            fewCount += 1
            return true
        }
        return many.insert(Name(name)).inserted
    }

    /// A string that is compared by its bytes.
    private struct Name: Hashable {
        let text: String

        init(_ text: String) { self.text = text }

        static func == (one: Name, other: Name) -> Bool {
            // `==` is quick, but takes for equal what Unicode calls equivalent.
            one.text.utf8.count == other.text.utf8.count && one.text == other.text
                && one.text.utf8.elementsEqual(other.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }
}
