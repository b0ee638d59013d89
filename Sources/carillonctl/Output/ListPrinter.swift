import Net
import WireFormats

/// Prints a list page by page, as a table or as a JSON array with an entry a line, whatever its length.
struct ListPrinter {
    private var table: Table
    private let row: (JSON) -> [String]
    private let wantsJSON: Bool
    private let limit: Int?
    private var count = 0
    private var progress = Progress()

    /// `limit` nil: all there are.
    init(table: Table, row: @escaping (JSON) -> [String], wantsJSON: Bool, limit: Int? = nil) {
        self.table = table
        self.row = row
        self.wantsJSON = wantsJSON
        self.limit = limit
    }

    /// Prints a page; whether another one is wanted.
    mutating func add(_ page: [JSON]) -> Bool {
        let output = Output.shared
        let entries = limit.map { page.prefix($0 - count) } ?? page[...]
        if wantsJSON {
            for entry in entries {
                output.write(
                    (count == 0 ? "[\n" : ",\n") + Printable.json(IndentedJSON.line(entry)))
                count += 1
            }
        } else if !entries.isEmpty {
            let rows = entries.map(row)
            if count == 0 { output.line(output.styled(table.header(for: rows), .bold)) }
            output.write(rows.map { table.line($0) + "\n" }.joined())
            count += entries.count
        }
        // Where the data scrolls by, it is progress enough.
        if !output.isTerminal { progress.show("\(count) …", at: Clock.boot()) }
        return !output.isBroken && limit.map { count < $0 } ?? true
    }

    /// Ends the list. For an empty table there is a sentence instead.
    mutating func finish(ifNone sentence: String) {
        progress.clear()
        if wantsJSON {
            Output.shared.line(count == 0 ? "[]" : "\n]")
        } else if count == 0 {
            Output.talk(sentence)
        }
    }
}
