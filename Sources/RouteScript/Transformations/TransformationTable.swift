/// All transformations by name. What OpenSIPS has and Carillon has not is here too, with the
/// reason: a script then fails to load with a sentence, not with "unknown".
enum TransformationTable {
    /// By name in small letters.
    static let rows: [String: TransformationRow] = {
        let classes = [
            stringRows, escapeRows, codeRows, digestRows, uriRows, viaRows, addressRows,
            parameterRows, csvRows, ipRows, bodyRows, substitutionRows,
        ]
        var rows: [String: TransformationRow] = [:]
        for row in classes.joined() { rows[row.name] = row }
        return rows
    }()

    /// Names of OpenSIPS that are refused, and why.
    static let refused: [String: String] = [
        "s.eval": "what it evaluates is only known when it runs; write the text itself",
        "ip.resolve": "it would stop every script until the resolver answers",
        "sdp.stream": "use {re.subst} on the body",
        "sdp.stream-delete": "use {re.subst} on the body",
        "s.sha1": "there is {s.sha256}",
        "s.sha224": "there is {s.sha256}",
        "s.sha384": "there is {s.sha256}",
        "s.sha512": "there is {s.sha256}",
    ]
}
