/// What would become of one delivery, found out without doing any of it.
public struct DeliveryForecast: Sendable, Equatable {
    /// How it would go.
    public enum Course: Sendable, Equatable {
        /// It would be tried as soon as it is its turn.
        case send
        /// It would wait: its destination is left alone for a while.
        case wait
        /// It would be tried in vain, as far as that is known before.
        case fail(FailureReason)
        /// It would not even be tried.
        case drop(DropReason)
    }

    /// The bytes that its receiver would get; nil where it cannot be written.
    public var payload: [UInt8]?
    /// How it would go.
    public var course: Course
    /// Why, in a sentence; nil where nothing stands in its way.
    public var words: String?
    /// Where it is one of a group of sockets: that member's socket, masked, and its transport's name.
    public var member: Member?
    /// How it goes at its destination, where that is another one than the transport says of the socket.
    public var health: DestinationHealth?

    /// A member of a group.
    public struct Member: Sendable, Equatable {
        /// Its socket, masked.
        public var socket: String
        /// Its transport's name.
        public var transport: String

        /// A member.
        public init(socket: String, transport: String) {
            self.socket = socket
            self.transport = transport
        }
    }

    /// A forecast; nothing in the way of it unless said so.
    public init(_ payload: [UInt8]?, _ course: Course = .send, words: String? = nil) {
        self.payload = payload
        self.course = course
        self.words = words
    }

    /// Its transport was stopped.
    public static func stopped(_ payload: [UInt8]?) -> DeliveryForecast {
        DeliveryForecast(payload, .drop(.stopped), words: "The service is being stopped.")
    }
}
