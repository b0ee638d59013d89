/// All events by name and by number. Numbers are given in order and never change: they are MI's `id`.
struct EventTable {
    private(set) var events: ContiguousArray<EventRecord> = []
    private var numbers: [String: UInt32] = [:]

    /// How many events exist.
    var count: Int { numbers.count }

    subscript(number: UInt32) -> EventRecord {
        _read { yield events[Int(number)] }
        _modify { yield &events[Int(number)] }
    }

    /// The number of the event called `name`, or nil.
    func number(of name: String) -> UInt32? { numbers[name] }

    /// Adds an event that does not exist yet.
    mutating func add(_ description: EventDescription, kind: EventKind) -> UInt32 {
        let number = UInt32(events.count)
        events.append(EventRecord(description: description, kind: kind))
        numbers[description.name] = number
        return number
    }

    /// Makes an event static: adds it, or gives the one of this name its module's description.
    mutating func export(_ description: EventDescription) {
        if let number = number(of: description.name) {
            events[Int(number)].description = description
            events[Int(number)].kind = .static
        } else {
            _ = add(description, kind: .static)
        }
    }

    /// Takes an event back when its creation could not be committed, newest first; nobody is subscribed to it any
    /// more. Its number is free again, unless a module has exported an event after it.
    mutating func withdraw(_ number: UInt32) {
        numbers[events[Int(number)].description.name] = nil
        if Int(number) == events.count - 1 {
            events.removeLast()
        } else {
            events[Int(number)].isWithdrawn = true
        }
    }
}

/// One event and who is subscribed to it.
struct EventRecord {
    var description: EventDescription
    var kind: EventKind
    /// See `EventName.isReserved`.
    let isReserved: Bool
    /// Whether it is one of Carillon's own about deliveries and subscriptions, see `OwnEvent`.
    let isOwn: Bool
    /// How often it was raised in this process.
    var occurrences: UInt64 = 0
    var subscriptions = OrderedSlots(.event)
    /// Its subscribers as of the last raise; nil when they have changed since.
    var fanout: Fanout?
    /// The core's version at the last change of any member of a listing of this event.
    var version: UInt64 = 0
    /// Its creation was taken back; the number stays unused.
    var isWithdrawn = false

    init(description: EventDescription, kind: EventKind) {
        self.description = description
        self.kind = kind
        isReserved = EventName.isReserved(description.name)
        isOwn = description.name.hasPrefix(OwnEvent.prefix)
    }
}

/// Where an event's name comes from.
public enum EventKind: String, Sendable {
    /// Exported by a module, with its params and description.
    case `static`
    /// First named by the API or by a script.
    case dynamic
}

/// An event's name as the core accepts it.
public enum EventName {
    /// Most bytes of a name (OpenSIPS: 64).
    public static let bytesMax = 64

    /// Whether `name` is `[A-Za-z][A-Za-z0-9_.-]*` of 1 to 64 bytes.
    public static func isValid(_ name: String) -> Bool {
        let bytes = name.utf8Span.span
        guard 1...bytesMax ~= bytes.count, isLetter(bytes[0]) else { return false }
        for index in bytes.indices {
            let byte = bytes[index]
            guard
                isLetter(byte) || (0x30...0x39).contains(byte) || byte == 0x5F || byte == 0x2E
                    || byte == 0x2D
            else { return false }
        }
        return true
    }

    /// Whether only Carillon's own modules may raise or create it: `E_CORE_…` and `E_EVI_…`.
    public static func isReserved(_ name: String) -> Bool {
        name.hasPrefix("E_CORE_") || name.hasPrefix("E_EVI_")
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
