public import EventCore

/// What a run needs of the world while it runs. Every function answers at once: what takes time is
/// an `Effect`. Called on the thread that advances the run.
public protocol ScriptHost: AnyObject {
    /// Raises an event; `depth` is the raise depth of the event_routes that it makes run.
    /// The answer is the return code: 1, also without subscribers; -1 if it could not be raised.
    func raise(_ event: String, _ params: Params, depth: Int) -> Int64

    /// Subscribes a socket for `expire` seconds; nil: for ever. The answer is the return code: 1,
    /// or -1.
    func subscribe(_ event: String, _ socket: String, expire: Int64?) -> Int64

    /// Logs what `xlog` wrote, or what went wrong in a function that goes on (-1).
    func log(_ level: ScriptLogLevel, _ text: [UInt8])

    /// The value of a statistic; nil if there is none of this name.
    func statistic(_ name: String) -> Int64?

    /// Adds to a statistic (which `update_stat` makes if there is none); false if only the service
    /// itself changes it.
    func updateStatistic(_ name: String, by amount: Int64) -> Bool

    /// Sets a statistic to 0; false if there is none, or only the service itself changes it.
    func resetStatistic(_ name: String) -> Bool

    /// `$shv(name)`: shared by all routes, kept until the service stops; integer 0 if never set (as
    /// OpenSIPS).
    func sharedVariable(_ name: String) -> ScriptValue

    /// Sets `$shv(name)`.
    func setSharedVariable(_ name: String, _ value: ScriptValue)

    /// `cache_store("local[:group]", key, value, expire)`; `expire` seconds, nil: for ever. False
    /// if it is full.
    func cacheStore(
        _ cache: String, _ key: [UInt8], _ value: ScriptValue, expire: Int64?, now: Moment
    ) -> Bool

    /// `cache_fetch`; nil if it is not there, or no more.
    func cacheFetch(_ cache: String, _ key: [UInt8], now: Moment) -> ScriptValue?

    /// `cache_remove`: true if it was there.
    func cacheRemove(_ cache: String, _ key: [UInt8], now: Moment) -> Bool

    /// `$env(NAME)`.
    func environment(_ name: String) -> [UInt8]?

    /// A random number, for `$RANDOM`.
    func random() -> UInt64
}

/// The levels of `xlog`, with OpenSIPS's numbers.
public enum ScriptLogLevel: Int64, Sendable, Hashable, CaseIterable {
    /// `L_ALERT`
    case alert = -3
    /// `L_CRIT`
    case critical = -2
    /// `L_ERR`
    case error = -1
    /// `L_WARN`
    case warning = 1
    /// `L_NOTICE`; what `xlog` has where none is given is `L_ERR`, as in OpenSIPS.
    case notice = 2
    /// `L_INFO`
    case info = 3
    /// `L_DBG`
    case debug = 4
}
