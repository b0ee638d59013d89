/// A script that was loaded: parsed, checked and compiled. Immutable; any thread may run it.
public final class Script: Sendable {
    /// Its routes, in the order of the source.
    public let routes: [Route]
    /// Names of all events that it names literally, in `event_route[…]`, `raise_event` and
    /// `subscribe_event`, each once. Loading a script publishes them (as OpenSIPS 4).
    public let eventNames: [String]
    /// `loadmodule`, `modparam` and globals, in the order of the source. What they mean is the
    /// server's to say, by `problem(_:at:)` where one means nothing.
    public let settings: [ScriptSetting]
    /// What is accepted but does something else than one may think: said once, at load.
    public let warnings: [ScriptProblem]
    /// The limits that it was loaded under.
    public let limits: ScriptLimits

    let program: Program
    let map: SourceMap

    /// Loads a script: pure, and as fast as it can be; 10,000 lines take milliseconds.
    ///
    /// `include` is asked for each file that an `include_file` or `import_file` names: with the
    /// name as it stands there, and the name of the source text it stands in. Throws all errors of
    /// the script at once.
    public static func load(
        _ main: SourceText, limits: ScriptLimits = ScriptLimits(),
        include: @escaping (_ path: String, _ from: String) throws(IncludeError) -> SourceText
    ) throws(ScriptErrors) -> Script {
        try check(main, limits)
        var parser = Parser(main, limits: limits, include: include)
        parser.parse()
        var compiler = Compiler(
            parser.stream.map, problems: parser.stream.problems, limits: limits)
        compiler.compile(parser.routes)
        guard compiler.problems.errors.isEmpty else {
            throw ScriptErrors(
                problems: Problems.located(compiler.problems.errors, in: compiler.map))
        }
        return Script(parser, compiler, limits)
    }

    /// The route of this kind and name; nil if there is none. `name` nil is `route { }`.
    public func route(_ kind: RouteKind, _ name: String? = nil) -> Route? {
        routes.first { $0.kind == kind && $0.name == name }
    }

    /// An error at a setting, as loading would have reported it: for the server, which knows what
    /// settings mean.
    public func problem(_ message: String, at setting: ScriptSetting) -> ScriptProblem {
        map.problem(message, setting.place)
    }

    private init(_ parser: Parser, _ compiler: Compiler, _ limits: ScriptLimits) {
        let map = compiler.map
        self.map = map
        self.limits = limits
        program = compiler.program
        eventNames = compiler.eventNames.names
        routes = parser.routes.enumerated().map { number, syntax in
            Route(
                kind: syntax.kind, name: syntax.name, seconds: syntax.seconds,
                position: map.position(syntax.place), number: number)
        }
        settings = parser.settings.map { kind, place in
            ScriptSetting(kind: kind, position: map.position(place), place: place)
        }
        warnings = Problems.located(compiler.problems.warnings, in: map)
    }

    /// What no script may contain; nothing else is looked at then.
    private static func check(
        _ main: SourceText, _ limits: ScriptLimits
    ) throws(ScriptErrors) {
        guard let fault = SourceCheck.fault(main.bytes, total: main.bytes.count, limits) else {
            return
        }
        let position = SourcePosition(file: main.name, line: fault.line, column: fault.column)
        throw ScriptErrors(
            problems: [
                ScriptProblem(position: position, message: fault.message, excerpt: "", caret: 1)
            ])
    }
}
