import TestSupport
import Testing
import WireFormats

@Suite struct TimeTests {
    @Test("what was written as an instant is read as the same")
    func roundTrip() {
        var random = SeededRandom(seed: 1)
        for _ in 0..<2_000 {
            let instant = Int64.random(
                in: -62_167_219_200_000...253_402_300_799_999, using: &random)
            var text: [UInt8] = []
            text.append(rfc3339: instant)
            #expect(RFC3339.milliseconds(parsing: text) == instant)
        }
    }

    @Test(
        "offsets, fractions and small letters are read",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("1970-01-01t01:00:00+01:00", 0),
            ("1969-12-31 23:30:00.5-00:30", 500), ("2000-02-29T12:00:00.123999z", 951_825_600_123),
            ("1970-01-01T00:00:60Z", 60_000),
        ] as [(String, Int64)])
    func accepted(text: String, instant: Int64) {
        #expect(RFC3339.milliseconds(parsing: text.utf8) == instant)
    }

    @Test(
        "what is no instant is none",
        arguments: [
            "", "1970-01-01", "1970-01-01T00:00:00", "1970-01-01T00:00Z", "1970-13-01T00:00:00Z",
            "1970-02-29T00:00:00Z", "1970-04-31T00:00:00Z", "1970-01-00T00:00:00Z",
            "1970-01-01T24:00:00Z", "1970-01-01T00:60:00Z", "1970-01-01T00:00:61Z",
            "1970-01-01T00:00:00.Z", "1970-01-01T00:00:00+1:00", "1970-01-01T00:00:00Z ",
            "197-01-01T00:00:00Z", "+970-01-01T00:00:00Z", "1970-01-01X00:00:00Z",
        ])
    func refused(text: String) {
        #expect(RFC3339.milliseconds(parsing: text.utf8) == nil)
    }
}
