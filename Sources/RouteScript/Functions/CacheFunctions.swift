/// `cache_store`, `cache_fetch`, `cache_remove`.
enum CacheFunctions {
    static func store(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let (cache, key) = place(machine, call), let value = machine.value(call, 2),
            value != .null
        else { return unnamed(machine, host) }
        var expire: Int64?
        if let given = machine.value(call, 3) {
            guard let seconds = given.number, seconds >= 0 else {
                return machine.refused(
                    "cache_store needs a number of seconds, not `\(given)`.", host)
            }
            expire = seconds == 0 ? nil : seconds
        }
        let isStored = host.cacheStore(cache, key, value, expire: expire, now: machine.now)
        return .code(isStored ? 1 : -1)
    }

    static func fetch(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let (cache, key) = place(machine, call) else { return unnamed(machine, host) }
        guard let value = host.cacheFetch(cache, key, now: machine.now) else {
            return .code(-1)
        }
        try machine.write(value, call, 2, host)
        return .code(1)
    }

    static func remove(
        _ machine: inout Machine, _ call: CallSite, _ host: any ScriptHost
    ) throws(RunError) -> FunctionRow.Outcome {
        guard let (cache, key) = place(machine, call) else { return unnamed(machine, host) }
        return .code(host.cacheRemove(cache, key, now: machine.now) ? 1 : -1)
    }

    // OpenSIPS: `local`, or `local:group`; it has caches in other programs too, Carillon has not.
    private static func place(
        _ machine: Machine, _ call: CallSite
    ) -> (cache: String, key: [UInt8])? {
        guard let cache = machine.string(call, 0), let key = machine.text(call, 1),
            cache == "local" || cache.hasPrefix("local:")
        else { return nil }
        return (cache, key)
    }

    private static func unnamed(
        _ machine: Machine, _ host: any ScriptHost
    ) -> FunctionRow.Outcome {
        machine.refused(
            "The cache is `local` or `local:group`, and neither key nor value is NULL.", host)
    }
}
