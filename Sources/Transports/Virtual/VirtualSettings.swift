/// What can be set about groups of sockets.
public struct VirtualSettings: Sendable, Equatable {
    /// For how long a member that failed is tried last (OpenSIPS: 30 seconds).
    public var failoverMilliseconds = 30_000
    /// How long a member may take for a delivery that says nothing of it itself.
    public var memberMilliseconds = 5_000
    /// How long it has beyond that, before the next one is tried.
    public var graceMilliseconds = 1_000
    /// How deliveries to FAILOVER and ROUND-ROBIN groups are queued.
    public var delivery = DeliverySettings()

    /// Most members of one socket.
    public static let membersMax = 16
    /// Groups whose failed members are remembered; the one unused for longest is forgotten first.
    static let groupsMax = 10_000
    /// Deliveries on their way to members, of all groups; one more is dropped(queue_full).
    static let memberDeliveriesMax = 1_000_000

    /// The defaults.
    public init() {}
}

/// Which members of a group get an occurrence. The raw value is OpenSIPS's word in the socket,
/// compared exactly.
enum VirtualPolicy: String, CaseIterable {
    /// Each of them. Delivered when every one was.
    case parallel = "PARALLEL"
    /// The first one that does not fail, in their order.
    case failover = "FAILOVER"
    /// Another one each time, in turn; where it fails, the one after it.
    case roundRobin = "ROUND-ROBIN"
}
