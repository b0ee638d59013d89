internal import RouteScript
internal import WireFormats

/// What a script says about the service itself: its `loadmodule`, `modparam` and globals, as settings.
struct ScriptSettings {
    /// One setting with its values, and where the script says so.
    struct Entry {
        let setting: Setting
        var values: [String]
        let position: SourcePosition
    }

    /// In the order of the script; a setting that is there twice has the later value, or both.
    private(set) var entries: [Entry] = []
    /// Statistics that it declares.
    private(set) var statistics: [String] = []
    /// What it says and Carillon passes over, a sentence each.
    private(set) var warnings: [String] = []
    /// What is wrong.
    private(set) var problems: [ScriptProblem] = []

    private let script: Script
    private var host: ScriptSetting?
    private var port: ScriptSetting?
    private var floodCount: ScriptSetting?
    private var floodSeconds: Int64 = 2
    private var idle: [String] = []

    /// Reads all of them.
    init(_ script: Script) {
        self.script = script
        for setting in script.settings { read(setting) }
        finishListen()
        finishFlood()
        if !idle.isEmpty {
            warnings.append("accepted and not needed here: \(idle.joined(separator: ", "))")
        }
    }

    private mutating func read(_ setting: ScriptSetting) {
        switch setting.kind {
        case .module(let name):
            if !ScriptModules.known.contains(name) { note(unknownModule: name, at: setting) }
        case .parameter(let module, let name, let value):
            read(module, name, value, at: setting)
        case .global("log_level", let value):
            apply("log-level", Self.level(value), "a level from -3 to 4", at: setting)
        case .global(let name, _):
            if ScriptModules.idleGlobals.contains(name) {
                if !idle.contains(name) { idle.append(name) }
            } else {
                let known = ScriptModules.idleGlobals.sorted() + ["log_level"]
                note(
                    "no global parameter is called '\(name)'."
                        + NearestName.hint(name, among: known), at: setting)
            }
        }
    }

    private mutating func read(
        _ module: String, _ name: String, _ value: ScriptValue, at setting: ScriptSetting
    ) {
        guard ScriptModules.known.contains(module) else {
            return note(unknownModule: module, at: setting)
        }
        let rows = ScriptParameters.rows(of: module)
        guard let row = rows.first(where: { $0.name == name }) else {
            if rows.isEmpty { return passOver(module, name) }
            return note(
                "\(module) has no parameter called '\(name)'."
                    + NearestName.hint(name, among: rows.map(\.name)), at: setting)
        }
        switch row.effect {
        case .setting(let name): apply(name, value.description, "a value", at: setting)
        case .converted("", let expected, let convert):
            if convert(value) == nil {
                warnings.append(
                    "modparam(\(module), \(row.name)): passed over: expected \(expected)")
            }
        case .converted(let name, let expected, let convert):
            apply(name, convert(value), expected, at: setting)
        case .listenHost: host = setting
        case .listenPort: port = setting
        case .floodCount: floodCount = setting
        case .floodSeconds:
            guard case .integer(let seconds) = value, seconds > 0 else {
                return note("expected a number of seconds from 1.", at: setting)
            }
            floodSeconds = seconds
        case .statistic: statistics.append(value.description)
        case .none(let why):
            warnings.append("modparam(\(module), \(row.name)): passed over, \(why)")
        }
    }

    /// Gives a setting a value; where it cannot be taken, `expected` says what could.
    private mutating func apply(
        _ name: String, _ value: String?, _ expected: String, at place: ScriptSetting
    ) {
        guard let setting = Setting.named(name) else {
            preconditionFailure("the tables name settings that there are")
        }
        guard let value else { return note("expected \(expected).", at: place) }
        var scratch = Settings(stateDirectory: "/")
        if let fault = setting.apply([value], to: &scratch) {
            return note("\(fault).", at: place)
        }
        if let index = entries.firstIndex(where: { $0.setting.name == name }) {
            entries[index].values = setting.isList ? entries[index].values + [value] : [value]
        } else {
            entries.append(Entry(setting: setting, values: [value], position: place.position))
        }
    }

    /// httpd: port 8888 of every address where nothing is said; here loopback, where nothing is said.
    private mutating func finishListen() {
        guard let place = port ?? host else { return }
        var address = Self.text(host) ?? "127.0.0.1"
        if address.contains(":"), !address.hasPrefix("[") { address = "[\(address)]" }
        let port = Self.text(port) ?? "8888"
        guard UInt16(port).map({ $0 > 0 }) ?? false else {
            return note("expected a port from 1 to 65535.", at: place)
        }
        apply("listen", "\(address):\(port)", "an address", at: place)
    }

    private mutating func finishFlood() {
        guard let place = floodCount else { return }
        guard case .parameter(_, _, .integer(let count)) = place.kind, count > 0 else {
            return note("expected a number of requests from 1.", at: place)
        }
        apply(
            "flood-limit", String((count + floodSeconds - 1) / floodSeconds), "a number", at: place)
    }

    private mutating func passOver(_ module: String, _ name: String) {
        let what = "modparam \(module).\(name)"
        if !idle.contains(what) { idle.append(what) }
    }

    private mutating func note(unknownModule name: String, at setting: ScriptSetting) {
        note(
            "no module is called '\(name)'."
                + NearestName.hint(name, among: ScriptModules.known.sorted()), at: setting)
    }

    private mutating func note(_ message: String, at setting: ScriptSetting) {
        problems.append(script.problem(message, at: setting))
    }

    private static func text(_ setting: ScriptSetting?) -> String? {
        guard case .parameter(_, _, let value)? = setting?.kind else { return nil }
        return value.description
    }

    /// OpenSIPS's number of a level as swift-log's word.
    private static func level(_ value: ScriptValue) -> String? {
        guard case .integer(let number) = value else { return nil }
        return switch number {
        case ...(-2): "critical"
        case -1: "error"
        case 1: "warning"
        case 2: "notice"
        case 3: "info"
        case 4...: "debug"
        default: nil
        }
    }
}
