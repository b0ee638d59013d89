internal import WireFormats

/// What a script is compiled to: one array of instructions for all routes, and tables that they
/// point into. Immutable.
struct Program: Sendable {
    var code: [Instruction] = []
    /// Where each instruction comes from, for errors and `$cfg_line`.
    var places: [Place] = []
    var constants: [ScriptValue] = []
    var uses: [VariableUse] = []
    var transformations: [Transformation] = []
    var regexes: [Regex] = []
    var ranges: [AddressRange] = []
    var methods: [SIPMethodPattern] = []
    var sites: [CallSite] = []
    /// Index of each route's first instruction.
    var entries: [Int] = []
    /// Names of AVPs and of script variables; their numbers are their places here.
    var avpNames = NameTable()
    var variableNames = NameTable()
}

/// One operation of the interpreter, which is a stack machine. Eight bytes.
struct Instruction: Sendable {
    var operation: Operation
    /// A small operand: an operator, a count.
    var small: UInt16 = 0
    /// An operand: an index into a table, a target, a number.
    var operand: Int32 = 0
}

/// The operations. "Pops" and "pushes" are about the stack of values.
enum Operation: UInt8, Sendable {
    // Values.
    /// Pushes NULL.
    case null
    /// Pushes `operand`.
    case integer
    /// Pushes `constants[operand]`.
    case constant
    /// Pops.
    case pop

    // Variables.
    /// Pushes `$var` number `operand`.
    case readVariable
    /// Pushes the newest value of AVP number `operand`.
    case readAVP
    /// Pushes the variable of `uses[operand]`, whose index it pops if that is a variable.
    case read
    /// Pops into `$var` number `operand`.
    case writeVariable
    /// Pops into the variable of `uses[operand]`; `small` is the `WriteMode`.
    case write
    /// Pops `small` arguments and a value, pushes the value transformed.
    case transform
    /// Pops `small` pieces, pushes them as one text.
    case format

    // Operators.
    /// Pops two, pushes the result; `small` is the `BinaryOperator`.
    case arithmetic
    /// `~`: pops one, pushes it.
    case complement
    /// Pops two, pushes 1 or 0. `operand` 1: the right one is a number literal.
    case compare
    /// Pops one, pushes whether `regexes[operand]` matches; `small` 1: whether not.
    case match
    /// Pops two, the right one being the regular expression.
    case matchText
    /// Pops one, pushes whether it lies in `ranges[operand]`; `small` 1: whether not.
    case range
    /// Pops one, pushes 1 if it is false, 0 otherwise.
    case not
    /// Pops a return code, pushes 1 or 0; 0 ends the run, as in OpenSIPS.
    case decide

    // Control.
    /// Goes on at `operand`.
    case jump
    /// Pops; goes on at `operand` if it is false.
    case branchIfFalse
    /// `&&`: goes on at `operand` if the top is false; pops it otherwise.
    case skipIfFalse
    /// `||`: goes on at `operand` if the top is true; pops it otherwise.
    case skipIfTrue
    /// Pops a case; goes on at `operand` unless it equals the top.
    case branchUnlessCase
    /// Begins to go through the values of `uses[operand]`.
    case beginEach
    /// Pushes the next value, or goes on at `operand`.
    case next
    /// Ends it.
    case endEach
    /// Calls the function of `sites[operand]`: pops its values, pushes its return code.
    case call
    /// Calls route number `operand` with `small` parameters: pops them, pushes the return code.
    case callRoute
    /// `return`: pops the return code.
    case leave
    /// The end of a route.
    case end
    case exit
    case drop
}

/// How a value gets into a variable.
enum WriteMode: UInt16, Sendable {
    /// `=`: an AVP gets one more value, or loses its newest one (NULL).
    case add
    /// `:=`: an AVP loses all its values first.
    case replaceAll
    /// `+=` and so on: what was read is replaced.
    case update
}

/// Names and the numbers they stand for.
struct NameTable: Sendable {
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    var count: Int { names.count }

    /// The number of a name; nil if it was never added.
    subscript(name: String) -> Int? { numbers[name] }

    /// The number of a name, new or not.
    mutating func number(of name: String) -> Int {
        if let number = numbers[name] { return number }
        names.append(name)
        numbers[name] = names.count - 1
        return names.count - 1
    }
}
