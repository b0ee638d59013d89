internal import Dispatch
internal import EventCore

/// When raises that wait for their deliveries are answered although not all have ended.
enum DeliveryDeadlines {
    private static let queue = DispatchQueue(label: "carillon.delivery-deadlines")

    /// Answers the raise of `id` after so many milliseconds, if it has not been by then. Any thread. As many as
    /// raises may wait; those that were answered earlier go with their time.
    static func set(_ id: OccurrenceID, milliseconds: Int, on interface: EventInterface) {
        queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) {
            interface.stopWaiting(for: id)
        }
    }
}
