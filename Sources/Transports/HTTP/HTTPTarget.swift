internal import EventCore

/// A target that is called by HTTP POST, and what one way of calling (JSON-RPC, XML-RPC) adds to it. The courier
/// is `CurlCourier`.
protocol HTTPTarget: DeliveryTarget {
    /// The URL as it goes to libcurl, with a final 0.
    var url: [CChar] { get }

    /// `host:port`, for words about failures.
    var authority: String { get }

    /// Whether the body of a 2xx reply decides; else it is not even kept.
    var readsReply: Bool { get }

    /// The `Content-Type` of every call.
    static var contentType: StaticString { get }

    /// The body of one call for these deliveries, at least one; `body` is empty and keeps its memory.
    static func write(_ deliveries: [QueuedDelivery<Self>], into body: inout [UInt8])

    /// What the body of a 2xx reply says of each delivery. Asked only where `readsReply`.
    static func judge(reply: [UInt8], to deliveries: [QueuedDelivery<Self>]) -> [Verdict]

    /// Whether `delivery` may be one of `call`, which are not empty. Asked where the options of both sides
    /// have room for it.
    static func joins(
        _ delivery: QueuedDelivery<Self>, _ call: borrowing [QueuedDelivery<Self>]
    ) -> Bool
}

extension HTTPTarget {
    static func joins(
        _ delivery: QueuedDelivery<Self>, _ call: borrowing [QueuedDelivery<Self>]
    ) -> Bool { true }
}
