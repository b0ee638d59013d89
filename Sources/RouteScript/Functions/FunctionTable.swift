/// All functions that there are.
enum FunctionTable {
    static let rows: [FunctionRow] = [
        // Events.
        FunctionRow(
            "raise_event",
            [.required("event", .event), .optional("attributes", .avp), .optional("values", .avp)],
            "Raises an event. One AVP holds its values; of two the first holds their names.",
            EventFunctions.raise),
        FunctionRow(
            "subscribe_event",
            [.required("event", .event), .required("socket"), .optional("expire")],
            "Subscribes a socket to an event for a number of seconds; for ever without.",
            EventFunctions.subscribe),
        FunctionRow(
            "fetch_event_params", [.required("list", .fetchList)], in: .event,
            "Puts the params of the event into variables, by name or by position.",
            EventFunctions.fetch),

        // The log.
        FunctionRow(
            "xlog", [.optional("level", .level), .required("format")],
            "Logs a text with variables; the level is L_ERR without.", LogFunctions.xlog),
        FunctionRow(
            "xdbg", [.required("format")], "Logs a text with variables, level L_DBG.",
            LogFunctions.xdbg),
        FunctionRow(
            "log", [.optional("level", .level), .required("text")],
            "Logs a text; the level is L_DBG without.", LogFunctions.log),

        // AVPs.
        FunctionRow(
            "is_avp_set", [.required("avp", .flaggedAVP("esn"))],
            "Whether an AVP has a value: /s a text, /n a number, /e an empty text.",
            AVPFunctions.isSet),
        FunctionRow(
            "avp_delete", [.required("avp", .flaggedAVP("g"))],
            "Removes the newest value of an AVP, with /g all.", AVPFunctions.delete),

        // Statistics.
        FunctionRow(
            "update_stat", [.required("name"), .required("amount")],
            "Adds to a statistic, which is made if there is none.", StatisticFunctions.update),
        FunctionRow(
            "reset_stat", [.required("name")], "Sets a statistic to 0.", StatisticFunctions.reset),

        // The cache.
        FunctionRow(
            "cache_store",
            [.required("cache"), .required("key"), .required("value"), .optional("expire")],
            "Keeps a value for a number of seconds; for ever without, or with 0.",
            CacheFunctions.store),
        FunctionRow(
            "cache_fetch", [.required("cache"), .required("key"), .required("result", .target)],
            "Puts a kept value into a variable; -1 if there is none.", CacheFunctions.fetch),
        FunctionRow(
            "cache_remove", [.required("cache"), .required("key")],
            "Forgets a kept value; -1 if there is none.", CacheFunctions.remove),

        // The outside.
        FunctionRow(
            "mi",
            [
                .required("command"), .optional("result", .target), .optional("names", .avp),
                .optional("values", .avp),
            ],
            "Gives a command of the management interface.", EffectFunctions.mi,
            finish: EffectFunctions.finishMI),
        FunctionRow(
            "rest_get",
            [
                .required("url"), .required("body", .target), .optional("type", .target),
                .optional("status", .target),
            ],
            "Calls a URL with GET.", EffectFunctions.get, finish: EffectFunctions.finishGet),
        FunctionRow(
            "rest_post",
            [
                .required("url"), .required("body"), .optional("type"),
                .required("answer", .target), .optional("answer_type", .target),
                .optional("status", .target),
            ],
            "Calls a URL with POST.", EffectFunctions.post, finish: EffectFunctions.finishPost),

        // SIP messages.
        FunctionRow(
            "has_totag", [], in: .sip, "Whether To has a tag: within a dialog.",
            SIPFunctions.hasToTag),
        FunctionRow(
            "is_method", [.required("methods", .methods)], in: .sip,
            "Whether the method is one of those between `|`.", SIPFunctions.isMethod),
        FunctionRow(
            "t_check_status", [.required("pattern", .regex)], in: .sip,
            "Whether the status of the reply matches a regular expression.",
            SIPFunctions.checkStatus),
        FunctionRow(
            "has_body", [.optional("type")], in: .sip,
            "Whether there is a body, of this type if one is given.", SIPFunctions.hasBody),
    ]

    private static let byName = Dictionary(
        uniqueKeysWithValues: rows.enumerated().map { ($1.name, $0) })

    /// A function's place among the rows; nil if there is none of this name.
    static func number(_ name: String) -> Int? { byName[name] }
}
