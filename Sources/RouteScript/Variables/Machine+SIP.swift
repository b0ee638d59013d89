extension Machine {
    /// A variable of the SIP message; NULL without one.
    func sip(
        _ variable: SIPVariable, _ inner: String, _ index: VariableUse.Index
    ) -> ScriptValue { .null }

    /// All values of one that may be there more than once.
    func sipValues(_ variable: SIPVariable, _ inner: String) -> [ScriptValue] { [] }
}
