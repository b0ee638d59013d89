/// What has happened that one of Carillon's own events tells of, until it is raised. Bounded; what
/// finds no room is counted. Nothing is written here while nobody is subscribed.
struct NoticeBoard {
    /// One thing that happened.
    struct Notice {
        let event: OwnEvent
        /// The socket it is about: made into text when it is raised.
        let socket: Socket
        /// Values in the order of the event's row; the socket's place is `socketPlace`.
        var values: [Value?]
    }

    /// The events' numbers; empty until they are published.
    private(set) var numbers: [UInt32] = []
    private var waiting = Fifo<Notice>()
    private let noticesMax: Int
    /// How many found no room.
    private(set) var lost: UInt64 = 0

    init(noticesMax: Int) {
        self.noticesMax = noticesMax
    }

    var isEmpty: Bool { waiting.isEmpty }

    /// The events are known from now on, by their numbers in the order of `OwnEvent.allCases`.
    mutating func publish(_ numbers: [UInt32]) { self.numbers = numbers }

    /// The number of an event; nil before they are published.
    func number(of event: OwnEvent) -> UInt32? {
        numbers.isEmpty ? nil : numbers[event.place]
    }

    mutating func add(_ notice: Notice) {
        if waiting.count < noticesMax {
            waiting.append(notice)
        } else {
            lost += 1
        }
    }

    mutating func next() -> Notice? { waiting.popFirst() }
}

extension OwnEvent {
    /// Its place in `allCases`, without making that array.
    fileprivate var place: Int {
        switch self {
        case .deliveryFailed: 0
        case .breakerOpen: 1
        case .breakerClosed: 2
        case .expiring: 3
        case .expired: 4
        }
    }
}
