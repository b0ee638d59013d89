/// Everything that outside data could make large, with its limit. All are settings.
public struct CoreLimits: Sendable, Equatable {
    /// Most events, static ones included; one more is `tooManyEvents`.
    public var eventsMax = 100_000
    /// Most subscriptions in total; one more is `tooManySubscriptions`.
    public var subscriptionsMax = 2_000_000
    /// Longest lifetime that may be asked for, seconds: a year.
    public var expireMaxSeconds: Int64 = 31_536_000
    /// Lifetime when none is asked for, seconds (OpenSIPS MI: an hour).
    public var expireDefaultSeconds: Int64 = 3_600
    /// How many seconds before its deadline a subscription is said to expire (E_EVI_EXPIRING); 0 = never. What lives
    /// no longer than this is not.
    public var expiringNoticeSeconds: Int64 = 0
    /// Notices of Carillon's own events that may wait to be raised; one more is lost, and counted.
    public var noticesMax = 16_384
    /// Occurrences that are remembered, with what became of them; 0 = none, and no live stream.
    public var occurrencesKeptMax = 10_000
    /// Bytes that they may take; then the oldest are forgotten earlier.
    public var occurrenceBytesMax = 16 << 20
    /// Raises that may wait for their last delivery; one more is answered at once.
    public var occurrenceWaitsMax = 10_000
    /// Idempotency keys that are kept; one more is `tooManyIdempotencyKeys`.
    public var idempotencyKeysMax = 100_000
    /// For how long, seconds: a day.
    public var idempotencyKeySeconds: Int64 = 86_400
    /// Deliveries that a dry run foretells.
    public var forecastDeliveriesMax = 64
    /// Bytes of all their payloads: beyond it payloads are left out.
    public var forecastBytesMax = 1 << 20
    /// Subscribers of other events that a dry run tells of.
    public var forecastUnmatchedMax = 16
    /// Events whose raises are counted one by one in the metrics: the first so many; the others are counted together.
    public var eventsInMetricsMax = 1_000
    /// Most params of one occurrence.
    public var paramsMax = 256
    /// Most Unicode scalars of a param's name.
    public var paramNameScalarsMax = 64
    /// Deliveries that the raising thread itself sends; larger fan-outs go to the transport's queue.
    public var inlineDeliveriesMax = 64
    /// Deliveries sent between two looks at the state, so that an unsubscription waits no longer than this.
    public var sliceDeliveriesMax = 64
    /// Occurrences that may wait in one transport's send lane; the next one's deliveries are dropped(queue_full).
    public var laneOccurrencesMax = 16_384
    /// Changes that may wait for the journal; one more is `storeUnavailable`.
    public var uncommittedChangesMax = 65_536
    /// Most entries of one page of a listing.
    public var pageMax = 1_000
    /// Records one listing looks at before it returns a shorter page with a cursor.
    public var pageScanMax = 20_000

    /// The defaults.
    public init() {}

    /// Whether a subscription of this lifetime is said to expire before it does.
    func givesNotice(of lifetime: Lifetime) -> Bool {
        guard case .seconds(let seconds) = lifetime, expiringNoticeSeconds > 0 else { return false }
        return Int64(seconds) > expiringNoticeSeconds
    }
}
