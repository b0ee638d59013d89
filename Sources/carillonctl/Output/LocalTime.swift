import Glibc
import WireFormats

/// Times as the user's clock shows them.
enum LocalTime {
    /// `12:03:45.123`. `wall`: milliseconds since 1970.
    static func text(_ wall: Int64) -> String {
        let parts = parts(wall)
        let clock = [parts.tm_hour, parts.tm_min, parts.tm_sec].map { padded(Int64($0), 2) }
        return clock.joined(separator: ":") + "." + padded(wall % 1_000, 3)
    }

    /// `12:03:45.123` of an RFC 3339 text, with the date in front where `withDate`; what is none stays as it is.
    static func text(of time: String?, withDate: Bool = false) -> String {
        guard let time else { return "" }
        guard let wall = RFC3339.milliseconds(parsing: time.utf8) else { return time }
        guard withDate else { return text(wall) }
        let parts = parts(wall)
        let date = [Int64(parts.tm_mon) + 1, Int64(parts.tm_mday)].map { padded($0, 2) }
        return "\(Int64(parts.tm_year) + 1_900)-\(date[0])-\(date[1]) " + text(wall)
    }

    private static func parts(_ wall: Int64) -> tm {
        var seconds = time_t(wall / 1_000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        return parts
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
