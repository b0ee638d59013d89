import Foundation
import TestSupport
import Testing
import WireFormats

@Suite("RFC 3339 time")
struct TimeWriterTests {
    @Test(
        "known instants",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_795_232_632_123, "2026-11-21T03:43:52.123Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_167_219_200_000, "0000-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ])
    func known(milliseconds: Int64, text: String) {
        #expect(written { $0.append(rfc3339: milliseconds) } == text)
    }

    @Test("outside of the years 0000 to 9999 the first or last instant of that range is written")
    func clamped() {
        #expect(written { $0.append(rfc3339: .min) } == "0000-01-01T00:00:00.000Z")
        #expect(written { $0.append(rfc3339: .max) } == "9999-12-31T23:59:59.999Z")
    }

    @Test("any instant is what was read, to the millisecond")
    func readBack() {
        var random = SeededRandom(seed: 9)
        for _ in 0..<10_000 {
            let instant = Int64.random(
                in: -62_167_219_200_000...253_402_300_799_999, using: &random)
            let text = written { $0.append(rfc3339: instant) }
            #expect(RFC3339.milliseconds(parsing: text.utf8) == instant, "\(text)")
        }
    }

    @Test("every day of four centuries follows the calendar, counted one by one")
    func everyDay() {
        var (year, month, day) = (1970, 1, 1)
        for number in 0..<Int64(146_097) {
            let expected = String(format: "%04d-%02d-%02dT12:00:00.000Z", year, month, day)
            let text = written { $0.append(rfc3339: number * 86_400_000 + 43_200_000) }
            if text != expected {
                Issue.record("day \(number): \(text), expected \(expected)")
                return
            }
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            day += 1
            if day > lengths[month - 1] { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }
}
