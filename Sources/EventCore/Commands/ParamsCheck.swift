/// What params of occurrences may be, whoever brings them.
extension Params {
    /// Throws `invalidParams` where they cannot be an occurrence's: too many, or a name that is none.
    func check(_ limits: CoreLimits) throws(CommandError) {
        guard items.count <= limits.paramsMax else {
            throw invalid("An occurrence has at most \(limits.paramsMax) params.", .tooLong)
        }
        for param in items {
            if let name = param.name, !isGood(name, limits) {
                throw invalid(
                    "A param's name is 1 to \(limits.paramNameScalarsMax) characters, none of them a control character.",
                    .badFormat)
            }
        }
    }

    private func isGood(_ name: String, _ limits: CoreLimits) -> Bool {
        guard !name.isEmpty, fits(name, limits.paramNameScalarsMax) else { return false }
        let bytes = name.utf8Span.span
        for index in bytes.indices where bytes[index] < 0x20 || bytes[index] == 0x7F {
            return false
        }
        return true
    }

    /// Counts characters only where the bytes alone do not tell.
    private func fits(_ text: String, _ scalarsMax: Int) -> Bool {
        text.utf8.count <= scalarsMax || text.unicodeScalars.count <= scalarsMax
    }

    private func invalid(_ message: String, _ fault: CommandError.Fault) -> CommandError {
        CommandError(.invalidParams, message, parameter: "params", fault: fault)
    }
}
