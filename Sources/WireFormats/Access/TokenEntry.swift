internal import EventCore

/// A token as the file of tokens keeps it: a line of JSON, without the token itself.
///
///     {"name":"board","sha256":"9f86…","grants":[{"role":"read"},{"role":"raise","events":["E_UL_*"],"networks":["10.0.0.0/8"]}]}
public struct TokenEntry: Sendable, Equatable {
    /// Whose it is: shown as `created_by` and in the audit. See `Identity.isValidName`.
    public let name: String
    /// The SHA-256 of the token.
    public let digest: SHA256
    /// What its owner may do; at least one.
    public let grants: [NetworkGrant]

    /// An entry. Throws where the name is none, or nothing is granted.
    public init(
        name: String, digest: SHA256, grants: [NetworkGrant]
    ) throws(AccessTextError) {
        guard Identity.isValidName(name), !name.utf8.contains(UInt8(ascii: ":")) else {
            throw AccessTextError(
                "A name is 1 to \(Identity.nameBytesMax) of A-Z a-z 0-9 _ . - @ and begins with a letter or digit."
            )
        }
        guard !grants.isEmpty, grants.count <= Self.grantsMax else {
            throw AccessTextError("Expected 1 to \(Self.grantsMax) grants.")
        }
        self.name = name
        self.digest = digest
        self.grants = grants
    }

    /// Most grants of one token.
    public static let grantsMax = 64
    /// Most events or networks of one grant.
    public static let limitsMax = 64

    /// Reads a line. Throws what was expected.
    public init(parsing line: Span<UInt8>) throws(AccessTextError) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: line)
        } catch {
            throw AccessTextError("Expected a JSON object: \(error.message)")
        }
        let members = try Self.members(json, ["name", "sha256", "grants"])
        guard let name = members["name"]?.stringValue else {
            throw AccessTextError("'name' is a text.")
        }
        guard let digest = members["sha256"]?.stringValue.flatMap({ SHA256(hexadecimal: $0) })
        else {
            throw AccessTextError("'sha256' is the token's SHA-256, 64 hexadecimal digits.")
        }
        guard case .array(let items)? = members["grants"] else {
            throw AccessTextError("'grants' is a list of objects.")
        }
        var grants: [NetworkGrant] = []
        for item in items.prefix(Self.grantsMax + 1) { grants.append(try Self.grant(item)) }
        try self.init(name: name, digest: digest, grants: grants)
    }

    /// The entry as a line of the file, with its end.
    public var line: [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(ascii: #"{"name":"#)
        bytes.append(jsonString: name)
        bytes.append(ascii: #","sha256":""#)
        bytes.append(contentsOf: digest.hexadecimal.utf8)
        bytes.append(ascii: #"","grants":["#)
        for (index, entry) in grants.enumerated() {
            bytes.append(ascii: index == 0 ? #"{"role":"# : #",{"role":"#)
            bytes.append(jsonString: entry.grant.role.rawValue)
            Self.append(entry.grant.events.map(\.description), as: "events", to: &bytes)
            Self.append(entry.networks.map(\.description), as: "networks", to: &bytes)
            bytes.append(ascii: "}")
        }
        bytes.append(ascii: "]}\n")
        return bytes
    }

    private static func append(_ texts: [String], as name: StaticString, to bytes: inout [UInt8]) {
        guard !texts.isEmpty else { return }
        bytes.append(ascii: #",""#)
        bytes.append(ascii: name)
        bytes.append(ascii: #"":["#)
        for (index, text) in texts.enumerated() {
            if index > 0 { bytes.append(ascii: ",") }
            bytes.append(jsonString: text)
        }
        bytes.append(ascii: "]")
    }

    private static func grant(_ json: JSON) throws(AccessTextError) -> NetworkGrant {
        let members = try members(json, ["role", "events", "networks"])
        guard let role = members["role"]?.stringValue else {
            throw AccessTextError("'role' is a text.")
        }
        return try NetworkGrant(
            role: role, events: try texts(members["events"], "events"),
            networks: try texts(members["networks"], "networks"))
    }

    /// An empty list could be meant as "none" or as "all", so it is neither: left out is all.
    private static func texts(_ json: JSON?, _ name: String) throws(AccessTextError) -> [String] {
        guard let json else { return [] }
        guard case .array(let items) = json, 1...limitsMax ~= items.count else {
            throw AccessTextError(
                "'\(name)' is a list of 1 to \(limitsMax) texts, or left out for all.")
        }
        let texts = items.compactMap(\.stringValue)
        guard texts.count == items.count else {
            throw AccessTextError("'\(name)' is a list of texts.")
        }
        return texts
    }

    private static func members(
        _ json: JSON, _ known: [String]
    ) throws(AccessTextError) -> [String: JSON] {
        guard case .object(let pairs) = json else {
            throw AccessTextError("Expected a JSON object.")
        }
        var members: [String: JSON] = [:]
        for (name, value) in pairs {
            guard known.contains(name) else {
                throw AccessTextError(
                    "There is no member '\(name)'; expected \(known.joined(separator: ", ")).")
            }
            members[name] = value
        }
        return members
    }
}
