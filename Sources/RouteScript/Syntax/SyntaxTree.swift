/// A route as it is written.
struct RouteSyntax {
    var kind: RouteKind
    var name: String?
    var seconds: Int64?
    var body: [Statement]
    var place: Place
    /// Where its name stands; the route's own place without one.
    var namePlace: Place
}

/// A statement as it is written.
struct Statement {
    var kind: Kind
    var place: Place

    indirect enum Kind {
        /// `$var(a) += 1;`
        case assign(VariableSyntax, AssignmentOperator, Expression)
        /// `xlog("…");`, `route(name, 1);`
        case call(CallSyntax)
        /// `{ … }`
        case block([Statement])
        /// `if (…) … else if (…) … else …`
        case choice([Branch], otherwise: [Statement])
        /// `while (…) …`
        case loop(Expression, [Statement])
        /// `for ($var(x) in $(avp(y)[*])) …`
        case each(VariableSyntax, VariableSyntax, [Statement])
        /// `switch (…) { case … default … }`
        case cases(Expression, [CaseSyntax])
        /// `return;`, `return(-1);`
        case leave(Expression?)
        /// `exit;`
        case exit
        /// `drop;`
        case drop
        /// `break;`
        case quit
    }
}

/// A condition of an `if`, and what it leads to.
struct Branch {
    var condition: Expression
    var body: [Statement]
}

/// A branch of a `switch`.
struct CaseSyntax {
    /// What the value is compared with; nil for `default`.
    var value: Expression?
    var body: [Statement]
    var place: Place
}

/// An expression as it is written.
struct Expression {
    var node: Node
    var place: Place
    /// Whether it stands in parentheses of its own.
    var isGrouped = false

    /// Whether it is the word NULL.
    var isNull: Bool { if case .null = node { true } else { false } }

    indirect enum Node {
        case null
        case integer(Int64)
        /// A text. Its variables are looked for only where it is a whole argument.
        case text(TextSyntax)
        /// A bare word: `L_INFO`, `INVITE`.
        case word(String)
        /// `10.0.0.0/8`
        case address(String)
        case variable(VariableSyntax)
        case call(CallSyntax)
        case not(Expression)
        case complement(Expression)
        case binary(BinaryOperator, Expression, Expression)
    }
}

/// A call of a function or of a route (whose name is then the first argument).
struct CallSyntax {
    var name: String
    /// In order; nil is an empty one: `raise_event("E", , $avp(v))`.
    var arguments: [Expression?]
    var place: Place
}

/// A text between quotes: where it stands, so that it can be read in more than one way.
struct TextSyntax {
    /// The source text it stands in.
    var source: Int
    /// Its bytes without the quotes.
    var range: Range<Int>
    /// Whether `\n` and the like mean something: between double quotes.
    var hasEscapes: Bool
}

/// A variable as it is written: `$(avp(x)[1]{s.len})`.
struct VariableSyntax {
    /// `avp`
    var name: String
    /// What stands in the parentheses behind the name, blanks around it removed; nil without them.
    var inner: String?
    var index: IndexSyntax
    /// Each transformation, without braces.
    var transformations: [TransformationSyntax]
    /// As it is written, for errors.
    var spelling: String
    var place: Place
}

/// What stands between the brackets of a variable.
indirect enum IndexSyntax {
    case none
    case number(Int64)
    /// `[*]`
    case all
    case variable(VariableSyntax)
}

/// What stands between two braces of a variable.
struct TransformationSyntax {
    var text: [UInt8]
    var place: Place
}
