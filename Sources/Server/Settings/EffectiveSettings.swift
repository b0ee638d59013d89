internal import Net
internal import RouteScript
internal import WireFormats

/// The settings in force, each with where it comes from: flags before environment before file before script before
/// default.
public struct EffectiveSettings: Sendable {
    /// Where a value comes from.
    public enum Origin: Sendable, Equatable, CustomStringConvertible {
        case standard
        case file(path: String, line: Int)
        case environment(String)
        case flag(String)
        /// A line of the script: `/etc/carillon.cfg:3:1`.
        case script(String)

        /// `default`, `/etc/carillon.conf:7`, `CARILLON_LISTEN`, `--listen`.
        public var description: String {
            switch self {
            case .standard: "default"
            case .file(let path, let line): "\(path):\(line)"
            case .environment(let name): name
            case .flag(let name): "--" + name
            case .script(let place): place
            }
        }
    }

    /// The values.
    public private(set) var settings: Settings
    /// Where each comes from, by the setting's name; what is missing is the default.
    public private(set) var origins: [String: Origin] = [:]

    /// Puts them together.
    ///
    /// `flags` has the values of those given, by name. `environment` is the process's: of its names that begin with
    /// `CARILLON_` each must be a setting, the companion's, or what container platforms put there for a service of our
    /// name. `file` is read here; nil for none. Throws every fault there is, one a line, each with its place and, where
    /// a name is unknown, the nearest known one.
    public init(
        flags: [String: [String]], environment: [String: String], file: String?
    ) throws(StartError) {
        settings = Settings(stateDirectory: Self.stateDirectory(environment) ?? "")
        var faults: [String] = []
        if let file { apply(file: file, &faults) }
        apply(environment: environment, &faults)
        for setting in Setting.table {
            if let values = flags[setting.name], !values.isEmpty {
                apply(values, to: setting, from: .flag(setting.name), &faults)
            }
        }
        if faults.isEmpty { try applyScript(&faults) }
        if origins["expire-default"] == nil {
            settings.expireDefaultSeconds = min(
                settings.expireDefaultSeconds, settings.expireMaxSeconds)
        }
        if settings.expireDefaultSeconds > settings.expireMaxSeconds {
            faults.append(
                "\(origin(of: "expire-default")): expire-default \(settings.expireDefaultSeconds): "
                    + "expected a number from 1 to \(settings.expireMaxSeconds), which is expire-max."
            )
        }
        guard faults.isEmpty else { throw StartError(faults.joined(separator: "\n")) }
    }

    /// Where the value of the setting `name` comes from.
    public func origin(of name: String) -> Origin { origins[name] ?? .standard }

    /// The settings as a file that gives the same, each line with its origin; secrets are masked.
    public func description(of table: [Setting] = Setting.table) -> String {
        var text = ""
        var section: Setting.Section?
        for setting in table {
            if setting.section != section {
                text += (section == nil ? "" : "\n") + "# \(setting.section.rawValue)\n"
                section = setting.section
            }
            let values = setting.values(in: settings)
            let origin = origin(of: setting.name)
            if values.isEmpty { text += "# \(setting.name) =    # \(origin)\n" }
            for value in values {
                let shown = setting.isSecret ? "********" : value
                let needsQuotes = shown.isEmpty || shown.contains { " \t#".contains($0) }
                text += "\(setting.name) = \(needsQuotes ? "\"\(shown)\"" : shown)    # \(origin)\n"
            }
        }
        return text
    }
}

extension EffectiveSettings {
    private mutating func apply(file path: String, _ faults: inout [String]) {
        let file: SettingsFile
        do throws(SystemError) {
            file = SettingsFile(
                parsing: try Files.read(path, bytesMax: SettingsFile.bytesMax))
        } catch {
            faults.append("--config \(error)")
            return
        }
        for fault in file.faults { faults.append("\(path):\(fault.line): \(fault.message)") }
        var groups: [String: [SettingsFile.Entry]] = [:]
        for entry in file.entries {
            guard let setting = Setting.named(entry.name) else {
                faults.append("\(path):\(entry.line): " + Self.unknown(entry.name))
                continue
            }
            if let first = groups[entry.name]?.first, !setting.isList {
                faults.append(
                    "\(path):\(entry.line): '\(entry.name)' is in line \(first.line) already.")
                continue
            }
            groups[entry.name, default: []].append(entry)
        }
        for setting in Setting.table {
            guard let entries = groups[setting.name] else { continue }
            apply(
                entries.map(\.value), to: setting, from: .file(path: path, line: entries[0].line),
                &faults)
        }
    }

    /// Reads the script, and what it says of settings that nothing else does. Throws all that is wrong with it.
    private mutating func applyScript(_ faults: inout [String]) throws(StartError) {
        guard let path = settings.script else { return }
        let (file, said) = try ScriptFile.read(path)
        settings.scriptFile = file
        for entry in said.entries where origins[entry.setting.name] == nil {
            apply(
                entry.values, to: entry.setting, from: .script(entry.position.description), &faults)
        }
    }

    private mutating func apply(environment: [String: String], _ faults: inout [String]) {
        let known = Dictionary(
            uniqueKeysWithValues: Setting.table.map { ($0.environmentName, $0) })
        for (name, value) in environment.sorted(by: { $0.key < $1.key })
        where name.hasPrefix(Setting.environmentPrefix) {
            if let setting = known[name] {
                let values = setting.isList ? value.split(separator: ",").map(String.init) : [value]
                apply(values, to: setting, from: .environment(name), &faults)
            } else if !Self.isForOthers(name) {
                let names = known.keys.sorted() + ["CARILLON_CONFIG"]
                faults.append(
                    "\(name) in the environment: no such setting."
                        + NearestName.hint(name, among: names))
            }
        }
    }

    private mutating func apply(
        _ values: [String], to setting: Setting, from origin: Origin, _ faults: inout [String]
    ) {
        if let expected = setting.apply(values, to: &settings) {
            let value = setting.isSecret ? "" : " \(values.last ?? "")"
            faults.append("\(origin): \(setting.name)\(value): \(expected).")
        } else {
            origins[setting.name] = origin
        }
    }

    private static func unknown(_ name: String) -> String {
        "no setting is called '\(name)'." + NearestName.hint(name, among: Setting.table.map(\.name))
    }

    /// The user's own directory for state (XDG Base Directory Specification); nil without a home.
    private static func stateDirectory(_ environment: [String: String]) -> String? {
        if let base = environment["XDG_STATE_HOME"], base.hasPrefix("/") {
            return base + "/carillon"
        }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return home + "/.local/state/carillon"
    }

    /// Names that are not the daemon's: the companion's, the Makefile's, and the links that Docker and Kubernetes
    /// set for a service called `carillon` (CARILLON_PORT_8080_TCP_ADDR and so on).
    private static func isForOthers(_ name: String) -> Bool {
        let rest = name.dropFirst(Setting.environmentPrefix.count)
        return ["CONFIG", "URL", "TOKEN", "FIFO", "STRICT", "BENCH", "TORTURE", "PORT", "NAME"]
            .contains(rest)
            || rest.hasPrefix("SERVICE_") || rest.hasPrefix("PORT_") || rest.hasPrefix("ENV_")
    }
}
