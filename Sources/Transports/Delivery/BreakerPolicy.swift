/// When a destination that fails is left alone, and for how long.
public struct BreakerPolicy: Sendable, Equatable {
    /// So many failures in a row open the breaker; 1 to 1,000.
    public var failuresMax = 5
    /// For how long it is open the first time, at most: the pause is drawn between half of this and all.
    public var firstPauseMilliseconds = 1_000
    /// Each further failure doubles the pause, up to this.
    public var pauseMaxMilliseconds = 30_000

    /// The defaults.
    public init() {}
}
