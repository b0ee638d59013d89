internal import WireFormats

/// Writes a pattern of strftime. What is no conversion stays as it is, as glibc has it.
struct TimeFormatWriter {
    let time: LocalTime
    private(set) var text: [UInt8] = []

    init(time: LocalTime) {
        self.time = time
    }

    /// Appends what the pattern says. Conversions that stand for patterns contain none that do, so
    /// this goes two levels deep.
    mutating func write(_ pattern: ArraySlice<UInt8>) {
        var place = pattern.startIndex
        while place < pattern.endIndex {
            guard pattern[place] == UInt8(ascii: "%") else {
                text.append(pattern[place])
                place += 1
                continue
            }
            let start = place
            place += 1
            var flag: UInt8?
            while place < pattern.endIndex, "-_0^".utf8.contains(pattern[place]) {
                flag = pattern[place]
                place += 1
            }
            // Other eras and digits are those of the C locale.
            if place < pattern.endIndex, "EO".utf8.contains(pattern[place]) { place += 1 }
            guard place < pattern.endIndex, convert(pattern[place], flag) else {
                let end = min(place + 1, pattern.endIndex)
                text += pattern[start..<end]
                place = end
                continue
            }
            place += 1
        }
    }

    private static let days = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]

    /// One conversion; false where there is none of that letter.
    private mutating func convert(_ letter: UInt8, _ flag: UInt8?) -> Bool {
        if let composed = Self.composed(letter) {
            write(Array(composed.utf8)[...])
        } else if let name = name(letter) {
            text += flag == UInt8(ascii: "^") ? Array(name.uppercased().utf8) : Array(name.utf8)
        } else if let number = number(letter) {
            write(number.value, number.width, padding: number.padding, flag)
        } else {
            return false
        }
        return true
    }

    private static func composed(_ letter: UInt8) -> String? {
        switch letter {
        case UInt8(ascii: "c"): "%a %b %e %H:%M:%S %Y"
        case UInt8(ascii: "D"), UInt8(ascii: "x"): "%m/%d/%y"
        case UInt8(ascii: "F"): "%Y-%m-%d"
        case UInt8(ascii: "r"): "%I:%M:%S %p"
        case UInt8(ascii: "R"): "%H:%M"
        case UInt8(ascii: "T"), UInt8(ascii: "X"): "%H:%M:%S"
        default: nil
        }
    }

    private func name(_ letter: UInt8) -> String? {
        switch letter {
        case UInt8(ascii: "a"): String(Self.days[time.weekday].prefix(3))
        case UInt8(ascii: "A"): Self.days[time.weekday]
        case UInt8(ascii: "b"), UInt8(ascii: "h"):
            String(Self.months[time.date.month - 1].prefix(3))
        case UInt8(ascii: "B"): Self.months[time.date.month - 1]
        case UInt8(ascii: "p"): time.hour < 12 ? "AM" : "PM"
        case UInt8(ascii: "P"): time.hour < 12 ? "am" : "pm"
        case UInt8(ascii: "n"): "\n"
        case UInt8(ascii: "t"): "\t"
        case UInt8(ascii: "%"): "%"
        case UInt8(ascii: "z"): offset
        // Only the offset is known: the zone is called as tzdata calls those without a name.
        case UInt8(ascii: "Z"): time.utcOffsetSeconds == 0 ? "UTC" : zone
        default: nil
        }
    }

    private func number(
        _ letter: UInt8
    ) -> (value: Int, width: Int, padding: Unicode.Scalar)? {
        let date = time.date
        return switch letter {
        case UInt8(ascii: "C"): (date.year.floorDivided(by: 100).quotient, 2, "0")
        case UInt8(ascii: "d"): (date.day, 2, "0")
        case UInt8(ascii: "e"): (date.day, 2, " ")
        case UInt8(ascii: "g"): (time.weekOfISO.year.floorDivided(by: 100).remainder, 2, "0")
        case UInt8(ascii: "G"): (time.weekOfISO.year, 4, "0")
        case UInt8(ascii: "H"): (time.hour, 2, "0")
        case UInt8(ascii: "I"): (time.hourOfTwelve, 2, "0")
        case UInt8(ascii: "j"): (date.dayOfYear, 3, "0")
        case UInt8(ascii: "k"): (time.hour, 2, " ")
        case UInt8(ascii: "l"): (time.hourOfTwelve, 2, " ")
        case UInt8(ascii: "m"): (date.month, 2, "0")
        case UInt8(ascii: "M"): (time.minute, 2, "0")
        case UInt8(ascii: "s"): (time.secondsSince1970, 1, "0")
        case UInt8(ascii: "S"): (time.second, 2, "0")
        case UInt8(ascii: "u"): (time.weekdayFromMonday, 1, "0")
        case UInt8(ascii: "U"): (time.week(fromMonday: false), 2, "0")
        case UInt8(ascii: "V"): (time.weekOfISO.week, 2, "0")
        case UInt8(ascii: "w"): (time.weekday, 1, "0")
        case UInt8(ascii: "W"): (time.week(fromMonday: true), 2, "0")
        case UInt8(ascii: "y"): (date.year.floorDivided(by: 100).remainder, 2, "0")
        case UInt8(ascii: "Y"): (date.year, 4, "0")
        default: nil
        }
    }

    private mutating func write(
        _ value: Int, _ width: Int, padding: Unicode.Scalar, _ flag: UInt8?
    ) {
        if value < 0 { text.append(UInt8(ascii: "-")) }
        let digits = Array(String(value.magnitude).utf8)
        let fill: UInt8? =
            switch flag {
            case UInt8(ascii: "-"): nil
            case UInt8(ascii: "_"): UInt8(ascii: " ")
            case UInt8(ascii: "0"): UInt8(ascii: "0")
            default: UInt8(ascii: padding)
            }
        if let fill { text += [UInt8](repeating: fill, count: max(0, width - digits.count)) }
        text += digits
    }

    /// `+0530`.
    private var offset: String {
        let minutes = Int((time.utcOffsetSeconds / 60).magnitude)
        let digits = String(10_000 + minutes / 60 * 100 + minutes % 60).dropFirst()
        return (time.utcOffsetSeconds < 0 ? "-" : "+") + digits
    }

    /// `+05`, or `+0530`.
    private var zone: String { offset.hasSuffix("00") ? String(offset.dropLast(2)) : offset }
}
