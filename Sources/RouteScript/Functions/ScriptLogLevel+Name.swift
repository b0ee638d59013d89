extension ScriptLogLevel {
    /// The level of a name like `L_INFO`.
    init?(name: String) {
        let names: [String: ScriptLogLevel] = [
            "L_ALERT": .alert, "L_CRIT": .critical, "L_ERR": .error, "L_ERROR": .error,
            "L_WARN": .warning, "L_NOTICE": .notice, "L_INFO": .info, "L_DBG": .debug,
        ]
        guard let level = names[name] else { return nil }
        self = level
    }
}
