import ArgumentParser
import WireFormats

/// `carillonctl route list`
struct RouteList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the routes of the script.")

    @OptionGroup var output: OutputOptions
    @OptionGroup var connection: ConnectionOptions

    func run() throws {
        let table = Table(
            [
                .init(title: "KIND"), .init(title: "NAME"),
                .init(title: "RUNS", isRight: true), .init(title: "ABORTED", isRight: true),
                .init(title: "BEGINS AT", cut: .atEnd),
            ], width: Output.shared.width)
        let answer = try connection.service().get("/routes")
        guard case .array(let routes)? = answer["routes"] else {
            throw try connection.service().strange("/routes")
        }
        var printer = ListPrinter(table: table, row: Self.cells, wantsJSON: output.wantsJSON)
        _ = printer.add(routes)
        printer.finish(ifNone: "No routes: the service has no script.")
    }

    private static func cells(_ route: JSON) -> [String] {
        let seconds = route["seconds"]?.integerValue.map { ", \($0) s" } ?? ""
        return [
            route["kind"]?.stringValue ?? "", (route["name"]?.stringValue ?? "") + seconds,
            String(route["runs"]?.integerValue ?? 0), String(route["aborted"]?.integerValue ?? 0),
            route["position"]?.stringValue ?? "",
        ]
    }
}
