/// Instants as text.
extension [UInt8] {
    /// Appends an instant as RFC 3339 has it, in UTC with milliseconds: `2026-11-21T03:43:52.123Z`.
    ///
    /// `milliseconds` count from 1970-01-01T00:00:00Z, without leap seconds, and may be negative.
    /// RFC 3339 knows the years 0000 to 9999: what lies outside is written as the first or last
    /// instant of that range.
    public mutating func append(rfc3339 milliseconds: Int64) {
        append(addingCapacity: 24) { $0.append(rfc3339: milliseconds) }
    }
}

extension OutputSpan<UInt8> {
    mutating func append(rfc3339 milliseconds: Int64) {
        let instant = Swift.min(Swift.max(milliseconds, firstInstant), lastInstant)
        let (day, milliseconds) = Int(instant).floorDivided(by: 86_400_000)
        let date = CivilDate(daysSince1970: day)
        let timeOfDay = UInt32(milliseconds)
        append(twoDigits: UInt32(date.year) / 100)
        append(twoDigits: UInt32(date.year) % 100)
        append(UInt8(ascii: "-"))
        append(twoDigits: UInt32(date.month))
        append(UInt8(ascii: "-"))
        append(twoDigits: UInt32(date.day))
        append(UInt8(ascii: "T"))
        append(twoDigits: timeOfDay / 3_600_000)
        append(UInt8(ascii: ":"))
        append(twoDigits: timeOfDay / 60_000 % 60)
        append(UInt8(ascii: ":"))
        append(twoDigits: timeOfDay / 1_000 % 60)
        append(UInt8(ascii: "."))
        append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: timeOfDay % 1_000 / 100))
        append(twoDigits: timeOfDay % 100)
        append(UInt8(ascii: "Z"))
    }

    /// A number below 100, as every one here is.
    @inline(__always)
    private mutating func append(twoDigits number: UInt32) {
        append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number / 10))
        append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: number % 10))
    }
}

/// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z in milliseconds since 1970.
private let firstInstant: Int64 = -62_167_219_200_000
private let lastInstant: Int64 = 253_402_300_799_999
