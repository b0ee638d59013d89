internal import EventCore

/// The state of a run: a stack machine over the script's program.
struct Machine: Sendable {
    let script: Script
    var context: RunContext
    /// Index of the next instruction.
    var counter: Int
    /// Operands, and below them the parameters of the routes that run.
    var stack: [ScriptValue] = []
    /// The route that runs.
    var frame: Frame
    /// Those that called it, the first one first.
    var callers: [Frame] = []
    /// `$var(…)`, by number.
    var variables: [ScriptValue]
    var avps: AVPStore
    /// What the `for` statements that run go through, the innermost last.
    var iterators: [Iterator] = []
    /// `$rc`: what the last function, route or assignment came to.
    var returnCode: Int64 = 1
    /// What the route comes to if it ends here: as `$rc`, but 1 after an `if` that did nothing.
    var result: Int64 = 1
    /// An expression went wrong, which is logged; its statement will not take place, as in
    /// OpenSIPS.
    var isFaulted = false
    var steps = 0
    var now = Moment(boot: 0, wall: 0)
    /// The call that waits for an effect, by its place among the program's sites.
    var waitingSite: Int?

    /// A route that runs.
    struct Frame: Sendable {
        /// Its number.
        var route: Int
        /// Where its caller goes on.
        var returnTo = 0
        /// Where its parameters begin on the stack, and how many there are.
        var parametersStart = 0
        var parameterCount = 0
        /// How many iterators its caller has.
        var iteratorCount = 0
    }

    /// What a `for` goes through: the values there were when it began.
    struct Iterator: Sendable {
        var values: [ScriptValue]
        var next = 0
    }

    init(_ script: Script, _ route: Route, _ context: RunContext) {
        self.script = script
        self.context = context
        counter = script.program.entries[route.number]
        frame = Frame(route: route.number)
        variables = Array(repeating: .null, count: script.program.variableNames.count)
        avps = AVPStore(names: script.program.avpNames.count)
        for (name, value) in context.variables {
            if let number = script.program.variableNames[name] { variables[number] = value }
        }
        for (name, values) in context.avps {
            guard let number = script.program.avpNames[name] else { continue }
            for value in values.reversed() { avps.push(number, value) }
        }
    }

    var limits: ScriptLimits { script.limits }

    // MARK: Errors

    /// Where the instruction that runs comes from; for errors. Between two slices that is the one
    /// before the next, and the first instruction has none before it.
    var place: Place { script.program.places[max(0, counter - 1)] }

    /// What ends the run.
    func error(_ kind: RunError.Kind, _ message: String) -> RunError {
        RunError(kind: kind, position: script.map.position(place), message: message)
    }

    /// An expression or a call that goes wrong: logged, and the run goes on without it.
    mutating func fault(_ message: String, _ host: any ScriptHost) {
        if !isFaulted { complain(.error, message, host) }
        isFaulted = true
    }

    /// A line in the log about the place in the script that runs.
    func complain(_ level: ScriptLogLevel, _ message: String, _ host: any ScriptHost) {
        host.log(level, Array("\(script.map.position(place)): \(message)".utf8))
    }

    /// Whether an expression went wrong; then that is dealt with.
    mutating func takeFault() -> Bool {
        defer { isFaulted = false }
        return isFaulted
    }

    // MARK: Limits

    /// Counts the steps that making `bytes` of text takes; throws if that is too much.
    mutating func account(text bytes: Int) throws(RunError) {
        guard bytes <= limits.stringBytesMax else {
            throw error(
                .stringTooLong,
                "A text of \(bytes) bytes; at most \(limits.stringBytesMax) are allowed.")
        }
        steps += bytes / 64
    }
}
