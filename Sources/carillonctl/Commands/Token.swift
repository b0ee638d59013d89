import ArgumentParser
import WireFormats

/// `carillonctl token`
struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make and list the tokens by which callers say who they are.",
        discussion: """
            The file is the daemon's: carillond --tokens FILE. It holds digests only, so a token that is lost is made \
            anew. Send SIGHUP to carillond after a change; take a line away to revoke its token.
            """,
        subcommands: [Create.self, List.self])

    /// The file, in both.
    struct FileOptions: ParsableArguments {
        @Option(
            help: ArgumentHelp(
                "The file of tokens that carillond is started with.", valueName: "path"),
            completion: .file())
        var file: String
    }
}

extension Token {
    /// `carillonctl token create`
    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token, add it to the file, and print it: this once.",
            discussion: """
                Each --role may do its part for all events and from everywhere, unless --event and --network limit \
                all of them. Limits of a single role are written with it: raise:E_UL_*, read@10.0.0.0/8.

                  carillonctl token create board --role read --role subscribe --event 'E_UL_*' --file tokens
                  CARILLON_TOKEN=$(carillonctl token create ops --role admin --file tokens)
                """)

        @Argument(help: "Whose it is: shown as created_by, and in the audit.")
        var name: String

        @Option(
            help: ArgumentHelp(
                "read, subscribe, raise or admin; may be given more than once.", valueName: "role"),
            completion: .list(["read", "subscribe", "raise", "admin"]))
        var role: [String]

        @Option(
            help: ArgumentHelp(
                "Only for events of this pattern, like E_UL_*; may be given more than once.",
                valueName: "pattern"))
        var event: [String] = []

        @Option(
            help: ArgumentHelp(
                "Only from this network, like 10.0.0.0/8; may be given more than once.",
                valueName: "cidr"))
        var network: [String] = []

        @OptionGroup var file: FileOptions

        func run() throws {
            let token = Self.random()
            let entry: TokenEntry
            do throws(AccessTextError) {
                entry = try TokenEntry(
                    name: name, digest: SHA256(of: token), grants: try grants())
            } catch {
                throw Failure(.usage, error.message)
            }
            try TokenFile(file.file).append(entry)
            Output.shared.line(token)
            Output.talk(
                "Written to \(file.file), as a digest: this is the only time the token is shown.")
        }

        private func grants() throws(AccessTextError) -> [NetworkGrant] {
            var grants: [NetworkGrant] = []
            for text in role {
                let own = try NetworkGrant(parsing: text[...])
                let all = try NetworkGrant(
                    role: own.roleName, events: event, networks: network)
                guard own.isLimited, all.isLimited else {
                    grants.append(own.isLimited ? own : all)
                    continue
                }
                throw AccessTextError(
                    "'\(text)' has limits of its own; then --event and --network are left out.")
            }
            return grants
        }

        /// 160 bits of the kernel's (Swift's generator is getrandom on Linux), as text that needs no quoting anywhere.
        private static func random() -> String {
            let digits = Array("0123456789abcdef")
            return "cln_" + (0..<40).map { _ in String(digits[Int.random(in: 0..<16)]) }.joined()
        }
    }

    /// `carillonctl token list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List whose tokens are in the file, and what they may.")

        @OptionGroup var file: FileOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let entries = try TokenFile(file.file).entries()
            var printer = ListPrinter(
                table: Table(
                    [
                        .init(title: "NAME"), .init(title: "DIGEST"),
                        .init(title: "MAY", cut: .atEnd),
                    ],
                    width: Output.shared.width),
                row: Self.cells, wantsJSON: output.wantsJSON)
            _ = printer.add(try entries.map { try JSON(parsing: $0.line.span) })
            printer.finish(ifNone: "No tokens.")
        }

        private static func cells(_ entry: JSON) -> [String] {
            var grants: [String] = []
            if case .array(let items)? = entry["grants"] {
                grants = items.map { grant in
                    func limits(_ name: String, _ mark: String) -> String {
                        guard case .array(let texts)? = grant[name] else { return "" }
                        return mark + texts.compactMap(\.stringValue).joined(separator: "+")
                    }
                    return (grant["role"]?.stringValue ?? "") + limits("events", ":")
                        + limits("networks", "@")
                }
            }
            return [
                entry["name"]?.stringValue ?? "",
                String(entry["sha256"]?.stringValue?.prefix(8) ?? ""),
                grants.joined(separator: " "),
            ]
        }
    }
}
