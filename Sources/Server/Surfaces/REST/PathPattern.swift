/// A path of the route table, taken apart once: what must stand before `{}`, and what after it.
struct PathPattern: Sendable {
    private let text: StaticString
    /// Bytes before `{}`; all of them where there is none.
    private let headCount: Int
    /// Bytes after `{}`; nil where there is none.
    private let tailCount: Int?
    /// What tells most requests from most patterns.
    let outline: PathOutline

    /// The pattern of `/events/{}/raise`; at most one `{}`.
    init(_ text: StaticString) {
        self.text = text
        let bytes = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        let brace = bytes.firstIndex(of: UInt8(ascii: "{"))
        headCount = brace ?? bytes.count
        tailCount = brace.map { bytes.count - $0 - 2 }
        outline = PathOutline(bytes)
    }

    /// Whether it is a path, without `{}`.
    var isWhole: Bool { tailCount == nil }

    /// The bytes that stand for `{}` (none where the pattern has none) if `path` is of this pattern, else nil. `path` has
    /// the outline of the pattern.
    func match(_ path: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8>? {
        guard let tailCount else {
            guard path.count == headCount, agrees(path, at: 0, with: 0, count: headCount) else {
                return nil
            }
            return UnsafeBufferPointer(rebasing: path[..<0])
        }
        let end = path.count - tailCount
        guard end > headCount, agrees(path, at: 0, with: 0, count: headCount),
            agrees(path, at: end, with: headCount + 2, count: tailCount)
        else { return nil }
        // No slash is in it: there are as many as in the pattern.
        return UnsafeBufferPointer(rebasing: path[headCount..<end])
    }

    private func agrees(
        _ path: UnsafeBufferPointer<UInt8>, at start: Int, with own: Int, count: Int
    ) -> Bool {
        for index in 0..<count where path[start + index] != text.utf8Start[own + index] {
            return false
        }
        return true
    }
}

/// What a glance at a path tells, and the same of each path of a pattern.
struct PathOutline: Equatable {
    /// The second byte, 0 for `/`.
    let initial: UInt8
    /// How many slashes there are.
    let slashes: Int

    /// Of these bytes.
    init(_ path: UnsafeBufferPointer<UInt8>) {
        initial = path.count > 1 ? path[1] : 0
        var slashes = 0
        for byte in path where byte == UInt8(ascii: "/") { slashes += 1 }
        self.slashes = slashes
    }
}
