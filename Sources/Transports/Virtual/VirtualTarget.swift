internal import EventCore

/// A group of sockets.
final class VirtualTarget: DeliveryTarget {
    let policy: VirtualPolicy
    let members: [VirtualMember]
    let destination: Destination
    /// Its queue is the default one: options are the members'.
    let options = DeliveryOptions()

    init(policy: VirtualPolicy, members: [VirtualMember], identity: String) {
        self.policy = policy
        self.members = members
        destination = Destination(identity)
    }
}

/// One of the sockets of a group.
struct VirtualMember: Sendable {
    /// The place of its transport in the table of those that members may have.
    let transport: Int
    let socket: Socket
    /// The socket, as it may be shown.
    let text: String

    /// What makes two members the same.
    var identity: String {
        "\(transport)/" + String(socket.packed, radix: 16) + "/" + (socket.detail?.identity ?? "")
    }

    /// How long its transport may take for one attempt, milliseconds; nil where its socket does not
    /// say.
    var timeoutMilliseconds: Int? {
        (socket.detail?.target as? any DeliveryTarget)?.options.timeoutMilliseconds
    }

    /// The member as a target of its transport, for a delivery that is known there as `reference`.
    func target(_ reference: SubscriptionRef) -> Target {
        Target(
            subscription: reference, packed: socket.packed, options: socket.options,
            detail: socket.detail)
    }
}
