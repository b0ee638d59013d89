internal import EventCore
internal import Net

/// The thread of a `DeliveryEngine`: takes deliveries from the inbox, keeps them in the schedule, has the
/// courier make the attempts, and reports what became of them.
final class DeliveryLoop<C: Courier> {
    typealias Delivery = QueuedDelivery<C.Target>

    private let courier: C
    private let inbox: DeliveryInbox<C.Target>
    private let settings: DeliverySettings
    private let ledger: any DeliveryLedger

    /// A loop that has not begun.
    init(
        courier: C, inbox: DeliveryInbox<C.Target>, settings: DeliverySettings,
        ledger: any DeliveryLedger
    ) {
        self.courier = courier
        self.inbox = inbox
        self.settings = settings
        self.ledger = ledger
    }

    /// Runs until `DeliveryInbox.stop`: blocks its thread for as long. All is reported and closed when it returns.
    func run() {
        courier.open(ledger: ledger)
        var ended: [AttemptEnd<C.Target>] = []
        courier.close(ended: &ended)
    }
}
