/// Rows in aligned columns, fitted to a width: they move closer first, then the widest of those that may be cut give
/// way.
struct Table {
    /// How a column is shown.
    struct Column {
        let title: String
        var isRight = false
        var cut = Cut.never
        /// With fewer characters than these it is left out; 0 = never.
        var isLeftOutBelow = 0

        fileprivate var widthMin: Int { max(isLeftOutBelow, Table.cutWidthMin) }
    }

    /// Where cells may be cut, with `…` instead.
    enum Cut {
        case never, atEnd
        /// Where both ends count: a socket begins with its host and ends with its port.
        case inside
    }

    let columns: [Column]
    /// Columns the terminal has; nil to cut nothing.
    let width: Int?
    private var widths: [Int] = []
    private var shown: [Int] = []
    /// Blanks between two columns.
    private var gap = 2

    /// A cut column keeps at least so many characters.
    fileprivate static let cutWidthMin = 8

    init(_ columns: [Column], width: Int?) {
        self.columns = columns
        self.width = width
    }

    /// The header's line. The widths are those that `rows` need; later rows are fitted to them.
    mutating func header(for rows: [[String]]) -> String {
        widths = columns.indices.map { index in
            max(columns[index].title.count, rows.map { $0[index].count }.max() ?? 0)
        }
        shown = Array(columns.indices)
        if let width { fit(to: width) }
        return line(columns.map(\.title))
    }

    /// One row's line.
    func line(_ cells: [String]) -> String {
        var text = ""
        for index in shown {
            let cell = Printable.text(cells[index])
            let piece = width == nil ? cell : cut(cell, columns[index].cut, to: widths[index])
            let blanks = String(repeating: " ", count: max(0, widths[index] - piece.count))
            let isLast = index == shown.last
            text += columns[index].isRight ? blanks + piece : piece + (isLast ? "" : blanks)
            if !isLast { text += String(repeating: " ", count: gap) }
        }
        return text
    }

    private mutating func fit(to width: Int) {
        func excess() -> Int {
            shown.reduce(0) { $0 + widths[$1] } + gap * (shown.count - 1) - width
        }
        if excess() > 0 { gap = 1 }
        while excess() > 0 {
            let candidates = shown.filter {
                columns[$0].cut != .never && widths[$0] > columns[$0].widthMin
            }
            if let widest = candidates.max(by: { widths[$0] < widths[$1] }) {
                widths[widest] -= 1
            } else if let place = shown.lastIndex(where: { columns[$0].isLeftOutBelow > 0 }) {
                shown.remove(at: place)
            } else {
                return
            }
        }
    }

    private func cut(_ text: String, _ cut: Cut, to width: Int) -> String {
        guard text.count > width else { return text }
        switch cut {
        case .never: return text
        case .atEnd: return text.prefix(max(0, width - 1)) + "…"
        case .inside:
            let kept = max(0, width - 1)
            return text.prefix(kept - kept / 2) + "…" + text.suffix(kept / 2)
        }
    }
}
