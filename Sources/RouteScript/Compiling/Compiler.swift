internal import WireFormats

/// The tree of a script → its program, or all that is wrong with it.
///
/// The checks are where the code is made: names are looked up, arguments counted, regular
/// expressions compiled. What it has found unsound it makes no code for, and goes on.
struct Compiler {
    var program = Program()
    var problems: Problems
    let map: SourceMap
    let limits: ScriptLimits
    /// Numbers of `route` and `route[name]`; nil is the former.
    var requestRoutes: [String?: Int] = [:]
    var eventNames = NameTable()
    /// The kind of the route that is being compiled.
    var routeKind = RouteKind.request
    /// Where `break` leads to: instructions whose targets are still open, for each loop or switch.
    var breaks: [[Int]] = []

    init(_ map: SourceMap, problems: Problems, limits: ScriptLimits) {
        self.map = map
        self.limits = limits
        self.problems = problems
    }

    mutating func compile(_ routes: [RouteSyntax]) {
        declare(routes)
        for route in routes {
            guard !problems.isFull else { return }
            program.entries.append(program.code.count)
            routeKind = route.kind
            statements(route.body)
            emit(.end, at: route.place)
        }
    }

    // MARK: Routes

    /// Two of one kind and name would be one too many: OpenSIPS refuses them too.
    private mutating func declare(_ routes: [RouteSyntax]) {
        var seen: [String: Place] = [:]
        for (number, route) in routes.enumerated() {
            // Timers may have one name: OpenSIPS has a list of them.
            if route.kind != .timer {
                let key = "\(route.kind.rawValue)[\(route.name ?? "")]"
                if let first = seen[key] {
                    problems.error(
                        "`\(route.title)` is there twice; first at \(map.position(first)).",
                        route.place)
                }
                seen[key] = route.place
            }
            if route.kind == .request { requestRoutes[route.name] = number }
            if route.kind == .event, let event = route.name {
                publish(event, route.namePlace)
            }
        }
    }

    /// Notes the literal name of an event.
    mutating func publish(_ event: String, _ place: Place) {
        guard 1...64 ~= event.utf8.count else {
            problems.error("The name of an event has 1 to 64 bytes.", place)
            return
        }
        _ = eventNames.number(of: event)
    }

    // MARK: Code

    @discardableResult
    mutating func emit(
        _ operation: Operation, _ operand: Int = 0, small: UInt16 = 0, at place: Place
    ) -> Int {
        program.code.append(
            Instruction(operation: operation, small: small, operand: Int32(operand)))
        program.places.append(place)
        return program.code.count - 1
    }

    /// The index of the next instruction.
    var here: Int { program.code.count }

    /// Makes an earlier jump lead to the next instruction.
    mutating func land(_ jump: Int) { program.code[jump].operand = Int32(here) }
}

extension RouteSyntax {
    /// As it is written: `timer_route[name, 5]`.
    var title: String {
        switch (name, seconds) {
        case (let name?, let seconds?): "\(kind.rawValue)[\(name), \(seconds)]"
        case (let name?, nil): "\(kind.rawValue)[\(name)]"
        default: kind.rawValue
        }
    }
}
