/// Who gives a command, and from where: passed with every command, and held against it by the command layer alone.
public struct Caller: Sendable {
    /// Who it is, and what it may do.
    public let identity: Identity
    /// Where it calls from, as the audit prints it. Made into text only when a line is written.
    public let origin: any CustomStringConvertible & Sendable
    /// What it calls this request; nil where it sent nothing of that.
    public var trace: Trace?

    /// A caller.
    public init(_ identity: Identity, from origin: any CustomStringConvertible & Sendable) {
        self.identity = identity
        self.origin = origin
    }
}

/// A caller's name and what it may do.
public struct Identity: Sendable {
    /// What it is called; nil where nobody had to say who they are.
    public let name: String?
    /// What it may do; nothing where there is none.
    public let grants: [Grant]
    /// An admin of every event: nothing needs to be looked at.
    let mayDoEverything: Bool

    /// One who has shown who it is. `name` is 1 to 64 bytes, see `isValidName`.
    public init(name: String, grants: [Grant]) {
        self.init(named: name, grants)
    }

    private init(named name: String?, _ grants: [Grant]) {
        self.name = name
        self.grants = grants
        mayDoEverything = grants.contains { $0.role == .admin && $0.events.isEmpty }
    }

    /// Everybody, where nobody has to say who they are: may do everything that does not ask for a name.
    public static let anonymous = Identity(named: nil, [Grant(.admin)])

    /// Carillon itself, where it ends a subscription by its own rules.
    static let service = Identity(named: "carillon", [])

    /// A stranger: may do nothing.
    public static let nobody = Identity(named: nil, [])

    /// Most bytes of a name.
    public static let nameBytesMax = 64

    /// Whether `name` may be a caller's: 1 to 64 of `A-Z a-z 0-9 _ . - @ :`, beginning with a letter or digit. It is
    /// shown and logged as it is.
    public static func isValidName(_ name: String) -> Bool {
        func isPlain(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: false
            }
        }
        guard let first = name.utf8.first, isPlain(first), name.utf8.count <= nameBytesMax else {
            return false
        }
        return name.utf8.allSatisfy { isPlain($0) || "_.-@:".utf8.contains($0) }
    }

    /// Whether it has `role` for the event called `event`; for any event where that is nil.
    public func has(_ role: Role, for event: String? = nil) -> Bool {
        if mayDoEverything { return true }
        return grants.contains { grant in
            (grant.role == role || grant.role == .admin) && (event.map(grant.covers) ?? true)
        }
    }

    /// Whether it may raise and create events that are otherwise Carillon's own modules': an admin with a name.
    func mayPassOn(_ event: String) -> Bool {
        name != nil && has(.admin, for: event)
    }

    /// The events for which it has `role`; nil = all.
    func globs(of role: Role) -> [EventGlob]? {
        if mayDoEverything { return nil }
        let own = grants.filter { $0.role == role || $0.role == .admin }
        return own.contains { $0.events.isEmpty } ? nil : own.flatMap(\.events)
    }
}
