/// Instants as text.
extension [UInt8] {
    /// Appends an instant as RFC 3339 has it, in UTC with milliseconds: `2026-11-21T03:43:52.123Z`.
    ///
    /// `milliseconds` count from 1970-01-01T00:00:00Z, without leap seconds, and may be negative. RFC
    /// 3339 knows the years 0000 to 9999: what lies outside is written as the first or last instant of
    /// that range.
    public mutating func append(rfc3339 milliseconds: Int64) {
        append(addingCapacity: 24) { $0.append(rfc3339: milliseconds) }
    }
}

extension OutputSpan<UInt8> {
    mutating func append(rfc3339 milliseconds: Int64) {
        let instant = Swift.min(Swift.max(milliseconds, firstInstant), lastInstant)
        let (day, timeOfDay) = instant.floorDivided(by: 86_400_000)
        let date = CivilDate(daysSince1970: day)
        append(date.year, width: 4)
        append(UInt8(ascii: "-"))
        append(date.month, width: 2)
        append(UInt8(ascii: "-"))
        append(date.day, width: 2)
        append(UInt8(ascii: "T"))
        append(timeOfDay / 3_600_000, width: 2)
        append(UInt8(ascii: ":"))
        append(timeOfDay / 60_000 % 60, width: 2)
        append(UInt8(ascii: ":"))
        append(timeOfDay / 1_000 % 60, width: 2)
        append(UInt8(ascii: "."))
        append(timeOfDay % 1_000, width: 3)
        append(UInt8(ascii: "Z"))
    }
}

/// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z in milliseconds since 1970.
private let firstInstant: Int64 = -62_167_219_200_000
private let lastInstant: Int64 = 253_402_300_799_999

/// A day of the proleptic Gregorian calendar, from year 0 on.
private struct CivilDate {
    let year: UInt64
    let month: UInt64
    let day: UInt64

    /// The calendar repeats every 400 years (an era), and a year that begins in March has its leap day
    /// last; so days are counted from 0000-03-01 and the date falls out of divisions. The month lengths
    /// from March on (31 30 31 30 31, twice, 31, 28/29) follow 153 days in five months.
    init(daysSince1970: Int64) {
        let (era, dayOfEra) = (daysSince1970 + 719_468).floorDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = UInt64(era * 400 + Int64(yearOfEra) + (month <= 2 ? 1 : 0))
    }
}

extension Int64 {
    /// The quotient rounded down, and the remainder, which is therefore never negative.
    fileprivate func floorDivided(by divisor: Int64) -> (quotient: Int64, remainder: UInt64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0
            ? (quotient - 1, UInt64(remainder + divisor)) : (quotient, UInt64(remainder))
    }
}
