/// Rows in aligned columns, fitted to a width: the widest of the columns that may be cut give way first.
struct Table {
    /// How a column is shown.
    struct Column {
        let title: String
        var isRight = false
        /// Whether its cells may be cut, with `…` at their end.
        var mayBeCut = false
    }

    let columns: [Column]
    /// Columns the terminal has; nil to cut nothing.
    let width: Int?
    private var widths: [Int] = []

    /// Blanks between two columns.
    private static let gap = 2
    /// A cut column keeps at least so many characters.
    private static let cutWidthMin = 8

    init(_ columns: [Column], width: Int?) {
        self.columns = columns
        self.width = width
    }

    /// The header's line. The widths are those that `rows` need; later rows are fitted to them.
    mutating func header(for rows: [[String]]) -> String {
        widths = columns.indices.map { index in
            max(columns[index].title.count, rows.map { $0[index].count }.max() ?? 0)
        }
        if let width { fit(to: width) }
        return line(columns.map(\.title))
    }

    /// One row's line.
    func line(_ cells: [String]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let cell = Printable.text(cell)
            let shown =
                columns[index].mayBeCut && width != nil ? cut(cell, to: widths[index]) : cell
            let blanks = String(repeating: " ", count: max(0, widths[index] - shown.count))
            let isLast = index == cells.count - 1
            text += columns[index].isRight ? blanks + shown : shown + (isLast ? "" : blanks)
            if !isLast { text += String(repeating: " ", count: Self.gap) }
        }
        return text
    }

    private mutating func fit(to width: Int) {
        var total = widths.reduce(0, +) + Self.gap * (columns.count - 1)
        while total > width {
            let candidates = columns.indices.filter {
                columns[$0].mayBeCut && widths[$0] > Self.cutWidthMin
            }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { return }
            widths[widest] -= 1
            total -= 1
        }
    }

    private func cut(_ text: String, to width: Int) -> String {
        text.count <= width ? text : String(text.prefix(max(0, width - 1))) + "…"
    }
}
