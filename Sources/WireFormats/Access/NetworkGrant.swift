public import EventCore

/// A role as people write it in settings: `raise`, `raise:E_UL_*`, `read@10.0.0.0/8`,
/// `subscribe:E_UL_*+E_DLG_*@10.0.0.0/8+::1`.
public struct NetworkGrant: Sendable, Hashable {
    /// The role, and the events it is for.
    public let grant: Grant
    /// The networks from which it may be used; empty = from anywhere, UNIX sockets included.
    public let networks: [AddressRange]

    /// A grant.
    public init(_ grant: Grant, networks: [AddressRange]) {
        self.grant = grant
        self.networks = networks
    }

    /// The role's name.
    public var roleName: String { grant.role.rawValue }
    /// Whether it is for some events only, or from some networks.
    public var isLimited: Bool { !grant.events.isEmpty || !networks.isEmpty }

    /// Reads one: `ROLE`, then `:GLOB`s and `@CIDR`s, each joined by `+`. Throws what was expected.
    public init(parsing text: Substring) throws(AccessTextError) {
        let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let head = halves[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        try self.init(
            role: String(head[0]), events: Self.items(head.dropFirst().first),
            networks: Self.items(halves.dropFirst().first))
    }

    /// One from its parts, each as text. Throws what was expected.
    public init(role: String, events: [String], networks: [String]) throws(AccessTextError) {
        guard let role = Role(rawValue: role) else {
            let known = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw AccessTextError("'\(role)' is no role; expected one of \(known).")
        }
        var globs: [EventGlob] = []
        for text in events {
            guard let glob = EventGlob(text) else {
                throw AccessTextError(
                    "'\(text)' is no pattern for events; expected a name, in which * and ? may stand."
                )
            }
            globs.append(glob)
        }
        var ranges: [AddressRange] = []
        for text in networks {
            guard let range = AddressRange.parse(text) else {
                throw AccessTextError(
                    "'\(text)' is no network; expected a CIDR like 10.0.0.0/8 or ::1, with no bits behind the prefix."
                )
            }
            ranges.append(range)
        }
        self.init(Grant(role, events: globs), networks: ranges)
    }

    private static func items(_ text: Substring?) -> [String] {
        guard let text else { return [] }
        return text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    }
}

/// Why a setting about access cannot be taken: one sentence that says what was expected.
public struct AccessTextError: Error, Sendable, Equatable {
    /// The sentence.
    public let message: String

    /// An error.
    public init(_ message: String) {
        self.message = message
    }
}
