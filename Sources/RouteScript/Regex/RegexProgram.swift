/// A regular expression as steps of an automaton that is in many of them at once.
struct RegexProgram: Sendable {
    /// What is done in one step.
    enum Step: Sendable {
        /// Takes one byte out of a set, and goes to the next step.
        case take(ByteClass)
        /// Goes on in both places, rather in the first.
        case split(Int, Int)
        case jump(Int)
        /// Remembers the place in the text.
        case save(Int)
        case assert(RegexAssertion)
        case accept
    }

    private(set) var steps: [Step] = []
    /// Groups of which places are remembered, the whole match among them.
    private(set) var groupCount = 1

    /// Most groups whose places are remembered: `\0` is the whole match, `\9` the last that a
    /// replacement can name.
    static let groupsMax = 10

    private var visits = 0
    private let limits: RegexLimits

    init(_ tree: RegexNode, limits: RegexLimits) throws(RegexError) {
        self.limits = limits
        try emit(tree)
        try append(.accept)
    }

    private mutating func emit(_ node: RegexNode) throws(RegexError) {
        // An empty node emits nothing, but 255 × 255 × … of them would take their time.
        visits += 1
        guard visits <= limits.stepsMax * 4 else { throw tooLarge }
        switch node {
        case .empty: break
        case .bytes(let set): try append(.take(set))
        case .assertion(let assertion): try append(.assert(assertion))
        case .sequence(let nodes): for node in nodes { try emit(node) }
        case .choice(let nodes): try emit(choice: nodes)
        case .group(let node, let number):
            let isSaved = number < Self.groupsMax
            if isSaved { groupCount = max(groupCount, number + 1) }
            if isSaved { try append(.save(number * 2)) }
            try emit(node)
            if isSaved { try append(.save(number * 2 + 1)) }
        case .repetition(let node, let least, let most): try emit(node, least, most)
        }
    }

    private mutating func emit(choice nodes: [RegexNode]) throws(RegexError) {
        var jumps: [Int] = []
        for node in nodes.dropLast() {
            let split = steps.count
            try append(.split(split + 1, 0))
            try emit(node)
            jumps.append(steps.count)
            try append(.jump(0))
            steps[split] = .split(split + 1, steps.count)
        }
        if let last = nodes.last { try emit(last) }
        for jump in jumps { steps[jump] = .jump(steps.count) }
    }

    private mutating func emit(
        _ node: RegexNode, _ least: Int, _ most: Int?
    ) throws(RegexError) {
        guard let most else {
            for _ in 0..<max(0, least - 1) { try emit(node) }
            try emit(endless: node, isOptional: least == 0)
            return
        }
        for _ in 0..<least { try emit(node) }
        var splits: [Int] = []
        for _ in least..<max(least, most) {
            splits.append(steps.count)
            try append(.split(steps.count + 1, 0))
            try emit(node)
        }
        for split in splits { steps[split] = .split(split + 1, steps.count) }
    }

    /// `x+`; and `x*` as `(x+)?`, so that what is empty within x is gone through once, and its
    /// groups are set.
    private mutating func emit(
        endless node: RegexNode, isOptional: Bool
    ) throws(RegexError) {
        let split = steps.count
        if isOptional { try append(.split(split + 1, 0)) }
        let loop = steps.count
        try emit(node)
        try append(.split(loop, steps.count + 1))
        if isOptional { steps[split] = .split(loop, steps.count) }
    }

    private mutating func append(_ step: Step) throws(RegexError) {
        guard steps.count < limits.stepsMax else { throw tooLarge }
        steps.append(step)
    }

    private var tooLarge: RegexError {
        RegexError(
            "The pattern is too large: its repetitions make it more than \(limits.stepsMax) steps.")
    }
}
