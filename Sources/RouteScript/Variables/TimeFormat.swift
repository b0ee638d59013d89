/// Instants as text, for `$time(…)`.
enum TimeFormat {
    /// What strftime makes of `pattern`, in the C locale.
    static func format(
        _ pattern: [UInt8], wallMilliseconds: Int64, utcOffsetSeconds: Int
    ) -> [UInt8] {
        pattern
    }
}
