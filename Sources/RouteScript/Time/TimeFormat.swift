internal import WireFormats

/// Instants as text, for `$time(…)`: what glibc's strftime makes of a pattern in the C locale, its
/// flags `-`, `_`, `0` and `^` included. Field widths are not there.
enum TimeFormat {
    /// The text of an instant at a place whose clocks are so many seconds ahead of UTC.
    static func format(
        _ pattern: [UInt8], wallMilliseconds: Int64, utcOffsetSeconds: Int
    ) -> [UInt8] {
        let seconds = Int(wallMilliseconds).floorDivided(by: 1_000).quotient
        var writer = TimeFormatWriter(
            time: LocalTime(secondsSince1970: seconds, utcOffsetSeconds: utcOffsetSeconds))
        writer.write(pattern[...])
        return writer.text
    }
}

/// An instant as a clock on the wall shows it.
struct LocalTime {
    let secondsSince1970: Int
    let utcOffsetSeconds: Int
    let date: CivilDate
    let hour: Int
    let minute: Int
    let second: Int
    /// 0 is Sunday.
    let weekday: Int

    init(secondsSince1970: Int, utcOffsetSeconds: Int) {
        self.secondsSince1970 = secondsSince1970
        self.utcOffsetSeconds = utcOffsetSeconds
        let (day, timeOfDay) = (secondsSince1970 + utcOffsetSeconds).floorDivided(by: 86_400)
        date = CivilDate(daysSince1970: day)
        hour = timeOfDay / 3_600
        minute = timeOfDay / 60 % 60
        second = timeOfDay % 60
        // 1970-01-01 was a Thursday.
        weekday = (day + 4).floorDivided(by: 7).remainder
    }

    /// 1 is Monday, 7 Sunday.
    var weekdayFromMonday: Int { weekday == 0 ? 7 : weekday }

    /// 1 to 12.
    var hourOfTwelve: Int { hour % 12 == 0 ? 12 : hour % 12 }

    /// Weeks of the year that have begun by a Sunday or a Monday.
    func week(fromMonday: Bool) -> Int {
        let first = fromMonday ? weekdayFromMonday - 1 : weekday
        return (date.dayOfYear - 1 + 7 - first) / 7
    }

    /// ISO 8601: a week belongs to the year in which its Thursday is.
    var weekOfISO: (year: Int, week: Int) {
        let week = (date.dayOfYear - weekdayFromMonday + 10) / 7
        if week < 1 { return (date.year - 1, Self.weeks(in: date.year - 1)) }
        if week > Self.weeks(in: date.year) { return (date.year + 1, 1) }
        return (date.year, week)
    }

    /// A year has 53 weeks where it begins or ends with a Thursday.
    private static func weeks(in year: Int) -> Int {
        func lastWeekday(of year: Int) -> Int {
            let leaps =
                year.floorDivided(by: 4).quotient - year.floorDivided(by: 100).quotient
                + year.floorDivided(by: 400).quotient
            return (year + leaps).floorDivided(by: 7).remainder
        }
        return lastWeekday(of: year) == 4 || lastWeekday(of: year - 1) == 3 ? 53 : 52
    }
}
