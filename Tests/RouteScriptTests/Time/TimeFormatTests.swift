import Glibc
import Testing

@testable import RouteScript

@Suite struct TimeFormatTests {
    private func format(_ pattern: String, _ seconds: Int, _ offset: Int = 0) -> String {
        String(
            decoding: TimeFormat.format(
                Array(pattern.utf8), wallMilliseconds: Int64(seconds) * 1_000,
                utcOffsetSeconds: offset), as: UTF8.self)
    }

    /// glibc's own, at an offset from UTC.
    private func strftime(_ pattern: String, _ seconds: Int, _ offset: Int) -> String {
        var moved = time_t(seconds + offset)
        var fields = tm()
        gmtime_r(&moved, &fields)
        var buffer = [CChar](repeating: 0, count: 512)
        let count = Glibc.strftime(&buffer, buffer.count, pattern, &fields)
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    @Test("every conversion is what glibc makes of it, on days when years and weeks begin and end")
    func conversions() {
        let letters = "aAbBcCdDeFgGhHIjklmMnpPrRStTuUVwWxXyY%"
        let patterns =
            letters.map { "%\($0)" } + ["%-d|%_d|%0e|%^a|%-j|%_H|%Ey|%Od|%Q|%-|%", "%F at %T"]
        let day = 86_400
        var instants = [0, -1, 951_782_400, 1_709_164_799, 4_102_444_799, -2_208_988_800]
        // The last and first days of 60 years.
        for year in 0..<60 {
            instants += (-4...4).map { (year * 1_461 / 4 + $0) * day + year * 3_701 }
        }
        for instant in instants {
            for offset in [0, 7_200, -12_600] {
                for pattern in patterns {
                    #expect(
                        format(pattern, instant, offset) == strftime(pattern, instant, offset),
                        "\(pattern) at \(instant) + \(offset)")
                }
            }
        }
    }

    @Test("seconds, offset and zone follow the instant and the offset that were given")
    func zones() {
        #expect(format("%s %z %Z", 1_763_700_000) == "1763700000 +0000 UTC")
        #expect(format("%s %z %Z", 1_763_700_000, 3_600) == "1763700000 +0100 +01")
        #expect(format("%z %Z", 0, -12_600) == "-0330 -0330")
        #expect(format("%H:%M", -1, 60) == "00:00")
    }

    @Test("milliseconds are cut, also before 1970")
    func milliseconds() {
        #expect(
            TimeFormat.format(Array("%S".utf8), wallMilliseconds: -1, utcOffsetSeconds: 0)
                == Array("59".utf8))
    }
}
