/// Texts that have broken something somewhere: quoting, escapes, directions, normal forms, lengths.
enum NaughtyStrings {
    static let all: [String] =
        quoting + injections + unicode + controls
        + [String(repeating: "a", count: 30_000), String(repeating: "💥", count: 4_000)]

    private static let quoting = [
        "", " ", "  padded  ", "\"", "'", "`", "\\", "\\\\", "\\\"", "\"\"", "''''", "\\n",
        "\\u0041",
        "\\ud800", "{}", "[]", "{\"a\":1}", "null", "true", "NaN", "Infinity", "-0", "1e999",
        "0x10", "+1",
        "undefined", "nil", "None", "a::b", "::", ":a", "a,b;c", "\t", "a\tb", "a\nb", "\n", "\n\n",
        "\r\n",
        "E_A\n\n", "\"quoted\"\nand more", "line\rreturn",
    ]

    private static let injections = [
        "%s%n%x%d", "%00", "%0d%0aX: y", "$(id)", "`id`", "${HOME}", "; rm -rf /",
        "| cat /etc/passwd", "&& true",
        "../../../etc/passwd", "/dev/null", "C:\\Windows", "'; DROP TABLE subscriptions; --",
        "1 OR 1=1",
        "' UNION SELECT NULL--", "<script>alert(1)</script>", "<!--", "]]>", "&amp;&lt;", "<?xml?>",
        "{{7*7}}", "#{7*7}", "=1+1", "@SUM(1)", "javascript:alert(1)", "http://user@host/#x", "-rf",
        "--help",
        "\r\nSet-Cookie: a=b", "HTTP/1.1 200 OK\r\n\r\n", "Content-Length: 0",
    ]

    private static let unicode = [
        "é", "e\u{301}", "ß", "İi", "ﬀ", "ﷺ", "田中さん", "파이썬", "Ω≈ç√∫", "⁰⁴⁵", "٣", "１２３", "שלום",
        "مرحبا",
        "\u{202E}txet desrever\u{202C}", "\u{200F}rtl\u{200E}", "\u{2066}isolate\u{2069}",
        "zero\u{200B}width",
        "\u{FEFF}bom", "join\u{200D}er", "\u{AD}soft", "\u{A0}", "\u{2028}\u{2029}", "\u{85}", "👩‍👩‍👧‍👦",
        "🏳️‍🌈", "🇫🇷🇩🇪",
        "👍🏿", "Z̵̡a̷l̴g̶o̸", "\u{10FFFF}", "\u{FFFE}\u{FFFF}", "\u{FFFD}", "\u{E000}", "\u{D7FF}",
        "\u{10000}",
        "𝕌𝕟𝕚𝕔𝕠𝕕𝕖", "ʇxǝʇ", "ＦＵＬＬ", "\u{1F4A9}", "a\u{300}\u{316}\u{302}",
    ]

    private static let controls =
        (0..<0x20).map { "c" + String(Character(Unicode.Scalar(UInt8($0)))) + "c" }
        + ["\u{7F}", "\u{80}\u{9F}", "\u{1B}[31mred\u{1B}[0m", "\u{0}", "a\u{0}b", "bell\u{7}"]

    /// Whether it may be the name of a param: 1 to 64 characters, none a control character.
    static func canBeName(_ text: String) -> Bool {
        (1...64).contains(text.unicodeScalars.count)
            && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }
}
