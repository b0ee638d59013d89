/// A function that scripts can call: a row of `FunctionTable`.
struct FunctionRow: Sendable {
    /// What a call came to.
    enum Outcome {
        /// Its return code: above 0 true, below 0 false as a condition; never 0.
        case code(Int64)
        /// It waits for the outside; `finish` makes the return code of the result.
        case wait(Effect)
    }

    typealias Body =
        @Sendable (
            _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
        ) throws(RunError) -> Outcome

    typealias Finish =
        @Sendable (
            _ machine: inout Machine, _ call: CallSite, _ result: EffectResult,
            _ host: any ScriptHost
        ) throws(RunError) -> Int64

    let name: String
    let arguments: [Argument]
    /// The routes that it can be called in; `route[…]` always, which any may call.
    let routes: Routes
    /// What it does, one sentence.
    let help: String
    let body: Body
    /// Only where `body` may wait.
    let finish: Finish?

    init(
        _ name: String, _ arguments: [Argument], in routes: Routes = .any, _ help: String,
        _ body: @escaping Body, finish: Finish? = nil
    ) {
        self.name = name
        self.arguments = arguments
        self.routes = routes
        self.help = help
        self.body = body
        self.finish = finish
    }

    /// Which routes a function can be called in.
    enum Routes: Sendable {
        case any
        /// Where there is an event: `event_route`.
        case event
        /// Where there is a SIP message.
        case sip

        func contains(_ kind: RouteKind) -> Bool {
            switch self {
            case .any: true
            case .event: kind == .event || kind == .request
            case .sip: [.request, .onreply, .local, .error].contains(kind)
            }
        }
    }

    /// A declared argument.
    struct Argument: Sendable {
        let name: String
        let kind: Kind
        let isRequired: Bool

        /// What an argument takes.
        enum Kind: Sendable {
            /// Any value; a text between quotes is a format.
            case value
            /// The name of an event. A literal one is published when the script is loaded.
            case event
            /// `L_INFO`, `"L_INFO"`, 3, or a variable. The first argument, which may be missing.
            case level
            /// An AVP itself: `$avp(x)`, or `"$avp(x)"` as in OpenSIPS 2.
            case avp
            /// The same with flags: `"$avp(x)/g"`; the letters that are flags.
            case flaggedAVP(String)
            /// A variable that is written to.
            case target
            /// `"ip=$avp(pike-ip);$var(second)"`
            case fetchList
            /// A regular expression.
            case regex
            /// Methods of SIP with `|` between them.
            case methods
        }

        static func required(_ name: String, _ kind: Kind = .value) -> Argument {
            Argument(name: name, kind: kind, isRequired: true)
        }

        static func optional(_ name: String, _ kind: Kind = .value) -> Argument {
            Argument(name: name, kind: kind, isRequired: false)
        }
    }
}

/// One call of a function in a script: what the compiler made of its arguments.
struct CallSite: Sendable {
    /// Its row in `FunctionTable.rows`.
    var function: Int
    var arguments: [Argument]
    /// How many values lie on the stack.
    var valueCount: Int

    /// An argument; those that are values lie on the stack.
    enum Argument: Sendable {
        case absent
        /// Its place among the values.
        case value(Int)
        case avp(Int, flags: String)
        /// Its place among `Program.uses`.
        case target(Int)
        case fetches([Fetch])
        /// Its place among `Program.regexes`.
        case regex(Int)
        /// Its place among `Program.methods`.
        case methods(Int)
    }

    /// One of the items of `fetch_event_params`.
    struct Fetch: Sendable {
        /// The param's name; nil for the next one by position.
        var name: String?
        /// Its place among `Program.uses`.
        var target: Int
    }
}
