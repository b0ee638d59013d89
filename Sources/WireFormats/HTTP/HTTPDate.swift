/// Writes the `Date` field's value: IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
public enum HTTPDate {
    /// Bytes of every date.
    public static let byteCount = 29

    private static let days: StaticString = "ThuFriSatSunMonTueWed"
    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// The date as 29 bytes. `seconds` since 1970-01-01T00:00:00Z; the years 1970 to 9999, others
    /// are clamped.
    public static func bytes(seconds: Int64) -> [UInt8] {
        let second = Int(max(0, min(seconds, 253_402_300_799)))
        let day = second / 86_400
        let time = second % 86_400
        let date = civil(day: day)
        var text: [UInt8] = []
        text.reserveCapacity(byteCount)
        append(word: day % 7, of: days, to: &text)
        text.append(UInt8(ascii: ","))
        text.append(UInt8(ascii: " "))
        append(two: date.day, to: &text)
        text.append(UInt8(ascii: " "))
        append(word: date.month - 1, of: months, to: &text)
        text.append(UInt8(ascii: " "))
        append(two: date.year / 100, to: &text)
        append(two: date.year % 100, to: &text)
        text.append(UInt8(ascii: " "))
        append(two: time / 3_600, to: &text)
        text.append(UInt8(ascii: ":"))
        append(two: time / 60 % 60, to: &text)
        text.append(UInt8(ascii: ":"))
        append(two: time % 60, to: &text)
        for byte in " GMT".utf8 { text.append(byte) }
        return text
    }

    /// Day of the Gregorian calendar; `day` counts from 1970-01-01. Years are reckoned from March,
    /// so that the leap day is a year's last and every month before it has a fixed first day.
    private static func civil(day: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = day + 719_468  // Days since 0000-03-01.
        let era = shifted / 146_097  // 400 years.
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let march = (5 * dayOfYear + 2) / 153  // 0 = March.
        let month = march < 10 ? march + 3 : march - 9
        return (
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
            month: month,
            day: dayOfYear - (153 * march + 2) / 5 + 1
        )
    }

    private static func append(word index: Int, of words: StaticString, to text: inout [UInt8]) {
        for offset in 0..<3 {
            unsafe text.append(words.utf8Start[index * 3 + offset])
        }
    }

    private static func append(two number: Int, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "0") + UInt8(number / 10))
        text.append(UInt8(ascii: "0") + UInt8(number % 10))
    }
}
