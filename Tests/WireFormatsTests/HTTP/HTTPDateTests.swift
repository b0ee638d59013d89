import Testing
import WireFormats

@Suite struct HTTPDateTests {
    @Test(
        "dates are IMF-fixdate, leap days and the ends of the range included",
        arguments: [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"), (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"),
            (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"), (-1, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (253_402_300_799, "Fri, 31 Dec 9999 23:59:59 GMT"),
        ] as [(Int64, String)])
    func date(_ seconds: Int64, _ text: String) {
        #expect(String(decoding: HTTPDate.bytes(seconds: seconds), as: UTF8.self) == text)
    }
}
