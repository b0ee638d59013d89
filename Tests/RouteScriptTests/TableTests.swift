import Testing

@testable import RouteScript

/// The tables of the language hold together.
@Suite struct TableTests {
    @Test("the table of operators is in the order of the operators")
    func operators() {
        #expect(Precedence.table.map(\.operation) == BinaryOperator.allCases)
    }

    @Test(
        "every variable is one of the interpreter's or of a SIP message's",
        arguments: VariableTable.rows.map(\.name))
    func variables(_ name: String) {
        let ofTheInterpreter: Set = [
            "avp", "var", "shv", "param", "stat", "env", "time", "hdr", "hdrcnt",
        ]
        #expect(
            ofTheInterpreter.contains(name) || VariableTable.plain[name] != nil
                || SIPVariable(rawValue: name) != nil)
    }

    @Test("every variable of a SIP message is in the table", arguments: SIPVariable.allCases)
    func sipVariables(_ variable: SIPVariable) {
        #expect(VariableTable.row(variable.rawValue) != nil)
    }

    @Test("no function has a required argument behind an optional one but those that say so")
    func arguments() {
        for row in FunctionTable.rows where !["xlog", "log", "rest_post"].contains(row.name) {
            let optional = row.arguments.drop { $0.isRequired }
            #expect(optional.allSatisfy { !$0.isRequired }, "\(row.name)")
        }
    }

    @Test("what may wait knows how to go on")
    func effects() {
        #expect(
            FunctionTable.rows.filter { $0.finish != nil }.map(\.name)
                == ["mi", "rest_get", "rest_post"])
    }
}
