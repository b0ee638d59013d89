/// Carillon's own events about deliveries and subscriptions, to which others can subscribe: the
/// module `evi`.
///
/// They never cause themselves: what happens to a subscription to one of them raises none of them.
/// A failed delivery of `E_EVI_DELIVERY_FAILED` is counted like any other, and that is all. Nor do
/// they follow from each other by way of a breaker: what such a delivery does to one is not
/// announced.
enum OwnEvent: String, CaseIterable {
    case deliveryFailed = "E_EVI_DELIVERY_FAILED"
    case breakerOpen = "E_EVI_BREAKER_OPEN"
    case breakerClosed = "E_EVI_BREAKER_CLOSED"
    case expiring = "E_EVI_EXPIRING"
    case expired = "E_EVI_EXPIRED"

    /// What all their names begin with.
    static let prefix = "E_EVI_"

    /// The module that exports them.
    static let module = "evi"

    /// Params in the order in which they are sent. `socket` is masked as in listings,
    /// `subscription` is the id.
    var row: EventModule.Row {
        switch self {
        case .deliveryFailed:
            EventModule.Row(
                rawValue,
                params: ["event", "socket", "subscription", "occurrence", "reason", "error"],
                summary: "A delivery failed for good; error says why in words, where known.")
        case .breakerOpen:
            EventModule.Row(
                rawValue, params: ["destination", "socket", "reason", "error", "next_attempt_ms"],
                summary: "A destination failed so often that it is left alone for a while.")
        case .breakerClosed:
            EventModule.Row(
                rawValue, params: ["destination", "socket"],
                summary: "A destination that was left alone has answered again.")
        case .expiring:
            EventModule.Row(
                rawValue, params: ["event", "socket", "subscription", "ttl"],
                summary: "A subscription ends in ttl seconds unless it is renewed.")
        case .expired:
            EventModule.Row(
                rawValue, params: ["event", "socket", "subscription", "reason"],
                summary: "A subscription ended by its deadline (expired) or by its receiver (gone)."
            )
        }
    }
}
