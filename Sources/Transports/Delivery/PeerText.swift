/// What a peer said, fit to be shown to an operator.
enum PeerText {
    /// Most characters that are shown.
    static let charactersMax = 120

    /// `text` in one line: control characters become blanks, the end is cut.
    static func line(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(charactersMax).map { scalar in
            scalar.properties.generalCategory == .control || scalar.properties.isWhitespace
                ? " " : Character(scalar)
        }
        return String(scalars) + (scalars.count < text.unicodeScalars.count ? "…" : "")
    }
}
