internal import EventCore

/// What makes a delivery replace an earlier one under the option `conflate`: the subscription, and the values
/// of the named params. A param that is not there is a value of its own.
struct ConflationKey: Hashable {
    private let subscription: SubscriptionRef
    private let values: [Value?]

    /// The key of an occurrence on its way to a subscription; nil without the option.
    init?<Target: DeliveryTarget>(_ delivery: borrowing QueuedDelivery<Target>) {
        guard delivery.conflates, case .conflate(let names) = delivery.target.options.overflow
        else {
            return nil
        }
        subscription = delivery.subscription
        let items = delivery.occurrence.params.items
        values = names.map { name in items.first { $0.name == name }?.value }
    }
}
