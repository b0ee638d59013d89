/// Host and port as they stand in Host and in absolute URIs: `host [ ":" port ]` (RFC 9110 §7.2).
///
/// Stricter than RFC 3986 where two readers could disagree: the host is never empty, a colon is
/// followed by a port, there is no user name and no comma.
enum HTTPAuthority {
    /// Whether `start ..< end` is one.
    static func isValid(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard start < end else { return false }
        guard let hostEnd = hostEnd(bytes, start, end) else { return false }
        if hostEnd == end { return true }
        return bytes[hostEnd] == UInt8(ascii: ":") && isPort(bytes, hostEnd &+ 1, end)
    }

    /// Where the host ends; nil when it is none.
    private static func hostEnd(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Int? {
        if bytes[start] == UInt8(ascii: "[") {
            var index = start &+ 1
            while index < end, bytes[index] != UInt8(ascii: "]") { index &+= 1 }
            guard index < end, isIPv6(bytes, start &+ 1, index) else { return nil }
            return index &+ 1
        }
        var index = ByteSet.host.end(bytes, from: start, to: end)
        while index &+ 2 < end, bytes[index] == UInt8(ascii: "%"),
            ByteSet.hexadecimal.contains(bytes[index &+ 1]),
            ByteSet.hexadecimal.contains(bytes[index &+ 2])
        {
            index = ByteSet.host.end(bytes, from: index &+ 3, to: end)
        }
        return index > start ? index : nil
    }

    /// One to five digits, at most 65535.
    private static func isPort(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        guard end > start, end &- start <= 5 else { return false }
        var port = 0
        for index in start..<end {
            let digit = Int(bytes[index]) &- 0x30
            guard 0...9 ~= digit else { return false }
            port = port &* 10 &+ digit
        }
        return port <= 65_535
    }

    /// `IPv6address` (RFC 3986 §3.2.2): eight groups of one to four hexadecimal digits, one run of
    /// groups left out as `::`, the last two perhaps as an IPv4 address.
    private static func isIPv6(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var groups = 0
        var shortened = false
        var index = start
        while index < end {
            if bytes[index] == UInt8(ascii: ":") {
                // A colon here is the first of `::`, or separates this group from the one before.
                if index &+ 1 < end, bytes[index &+ 1] == UInt8(ascii: ":") {
                    guard !shortened else { return false }
                    shortened = true
                    index &+= 2
                    continue
                }
                guard groups > 0, bytes[index &- 1] != UInt8(ascii: ":") else { return false }
                index &+= 1
            } else if groups > 0, bytes[index &- 1] != UInt8(ascii: ":") {
                return false
            }
            let group = index
            while index < end, ByteSet.hexadecimal.contains(bytes[index]) { index &+= 1 }
            if index < end, bytes[index] == UInt8(ascii: ".") {
                guard isIPv4(bytes, group, end) else { return false }
                groups &+= 2
                index = end
                continue
            }
            guard 1...4 ~= index &- group else { return false }
            groups &+= 1
        }
        return shortened ? groups < 8 : groups == 8
    }

    /// Four decimal numbers up to 255 without leading zeros, separated by dots.
    private static func isIPv4(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var numbers = 0
        var index = start
        while true {
            let first = index
            var number = 0
            while index < end, 0x30...0x39 ~= bytes[index], index &- first < 3 {
                number = number &* 10 &+ Int(bytes[index]) &- 0x30
                index &+= 1
            }
            let leadingZero = index &- first > 1 && bytes[first] == UInt8(ascii: "0")
            guard index > first, number <= 255, !leadingZero else { return false }
            numbers &+= 1
            if index == end { return numbers == 4 }
            guard numbers < 4, bytes[index] == UInt8(ascii: ".") else { return false }
            index &+= 1
        }
    }
}
