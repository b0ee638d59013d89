// libFuzzer entry: whatever the pattern and the text, matching neither crashes nor takes its time,
// and its answers agree with each other. The pattern is what stands before the first line end.
import RouteScript

/// One run of the fuzzer; always 0.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRegex(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: data, count: count))
    let pattern = Array(bytes.prefix { $0 != 0x0A })
    let text = Array(bytes.dropFirst(pattern.count + 1))
    do {
        for lines in [false, true] {
            check(try Regex(pattern, ignoresCase: lines, lines: lines), text)
        }
    } catch {
        precondition(error.offset <= pattern.count, "a fault beyond the pattern")
    }
    // A substitution that is there is applied: its replacement is outside data too.
    let substitution = Array("re.subst,".utf8) + pattern
    if let transformation = try? Transformation.parse(substitution[...], variable: { _ in 0 }) {
        var steps = 0
        _ = transformation.apply(.string(text), variables: [.integer(7)], steps: &steps)
    }
    return 0
}

private func check(_ regex: Regex, _ text: [UInt8]) {
    let match = regex.firstMatch(in: text)
    precondition(regex.matches(text) == (match != nil), "the two ways to match disagree")
    for case .some(let group) in match?.groups ?? [] {
        precondition(group.lowerBound >= 0 && group.upperBound <= text.count)
    }
}
