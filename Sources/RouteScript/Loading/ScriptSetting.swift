/// A line of a script that is no route: `loadmodule`, `modparam`, `log_level=3`.
public struct ScriptSetting: Sendable, Hashable {
    /// What it sets.
    public enum Kind: Sendable, Hashable {
        /// `loadmodule "event_datagram.so"`: the name without directory and `.so`.
        case module(String)
        /// `modparam("mi_fifo", "fifo_name", "/tmp/fifo")`. Names of modules are taken apart at
        /// `|`, so that `modparam("a|b", …)` is two settings.
        case parameter(module: String, name: String, value: ScriptValue)
        /// `log_level=3`, `socket=udp:127.0.0.1:5060`: a name and a value. A bare word is a string.
        case global(name: String, value: ScriptValue)
    }

    /// What it sets.
    public var kind: Kind
    /// Where it stands.
    public var position: SourcePosition
    let place: Place
}
