/// A day of the proleptic Gregorian calendar.
public struct CivilDate: Sendable, Hashable {
    /// 0 is the year before 1; may be negative.
    public let year: Int
    /// 1 to 12.
    public let month: Int
    /// 1 to 31.
    public let day: Int
    /// Days from 1970-01-01 to this one.
    public let daysSince1970: Int

    /// The day that is so many days after 1970-01-01; any number within ±10^12.
    ///
    /// The calendar repeats every 400 years (an era), and a year that begins in March has its leap
    /// day last; so days are counted from 0000-03-01 and the date falls out of divisions. The month
    /// lengths from March on (31 30 31 30 31, twice, 31, 28/29) follow 153 days in five months.
    public init(daysSince1970: Int) {
        let (era, dayOfEra) = (daysSince1970 + 719_468).floorDivided(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
        self.daysSince1970 = daysSince1970
    }

    /// A day by its numbers; nil where there is none like it. The year is 0 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (0...9_999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
        // From 0000-03-01 on, as above.
        let shifted = month > 2 ? year : year - 1
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let leaps =
            shifted.floorDivided(by: 4).quotient - shifted.floorDivided(by: 100).quotient
            + shifted.floorDivided(by: 400).quotient
        let days = shifted * 365 + leaps + dayOfYear - 719_468
        self.init(daysSince1970: days)
        // A 31st of April is a 1st of May.
        guard self.month == month, self.day == day else { return nil }
    }

    /// Whether the year has a February 29th.
    public var isInLeapYear: Bool {
        year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    }

    /// The day of the year: 1 to 366.
    public var dayOfYear: Int {
        let before = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334][month - 1]
        return before + day + (isInLeapYear && month > 2 ? 1 : 0)
    }
}

extension Int {
    /// The quotient rounded down, and the remainder, which is therefore never negative.
    public func floorDivided(by divisor: Int) -> (quotient: Int, remainder: Int) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
