/// Who raises an event, as far as a raise has to know. The command layer makes it, never a surface; it stands beside
/// the command so that a raise, the commonest of all, copies none.
struct Raiser: Sendable {
    /// The name of the caller; nil where nobody had to say who they are.
    let name: String?
    /// Whether `E_CORE_…` and `E_EVI_…` may be raised: by Carillon's own modules, and by admins who say who they are.
    let mayRaiseReserved: Bool
    /// What the caller calls its request.
    let trace: Trace?

    /// One of Carillon's own modules.
    static let module = Raiser(name: nil, mayRaiseReserved: true, trace: nil)

    private init(name: String?, mayRaiseReserved: Bool, trace: Trace?) {
        self.name = name
        self.mayRaiseReserved = mayRaiseReserved
        self.trace = trace
    }

    /// `caller`, who raises `event`.
    init(_ caller: Caller, of event: String) {
        self.init(
            name: caller.identity.name, mayRaiseReserved: caller.identity.mayPassOn(event),
            trace: caller.trace)
    }
}
