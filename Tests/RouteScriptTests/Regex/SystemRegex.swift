import Glibc

/// glibc's regular expressions: what OpenSIPS itself uses, and what ours is held against.
final class SystemRegex {
    private var compiled = regex_t()

    /// nil for a pattern that `regcomp` refuses.
    init?(_ pattern: [UInt8], ignoresCase: Bool, lines: Bool) {
        let flags =
            REG_EXTENDED | (ignoresCase ? REG_ICASE : 0) | (lines ? REG_NEWLINE : 0)
        let text = pattern.map { CChar(bitPattern: $0) } + [0]
        guard regcomp(&compiled, text, flags) == 0 else { return nil }
    }

    deinit {
        regfree(&compiled)
    }

    /// The places of the whole match and of groups 1 to 9.
    func firstMatch(in text: [UInt8]) -> [Range<Int>?]? {
        var places = [regmatch_t](repeating: regmatch_t(), count: 10)
        let bytes = text.map { CChar(bitPattern: $0) } + [0]
        guard regexec(&compiled, bytes, places.count, &places, 0) == 0 else { return nil }
        return places.map { $0.rm_so < 0 ? nil : Int($0.rm_so)..<Int($0.rm_eo) }
    }
}
