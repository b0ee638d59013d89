internal import EventCore
internal import Net
internal import WireFormats

/// Reads what the settings say about callers, files included. Each fault is one sentence that names the setting.
enum AccessSettings {
    /// Most bytes of the file of tokens.
    static let tokensBytesMax = 4_194_304
    /// Most bytes of a file with a password.
    static let passwordBytesMax = 1_024

    /// The list of callers. Blocks for the files.
    static func list(
        _ settings: Settings, generation: UInt32
    ) throws(StartError) -> AccessList {
        var tokens: [AccessList.Entry]?
        if let path = settings.tokensFile { tokens = try Self.tokens(path) }
        var users: [AccessList.Entry] = []
        for text in settings.basicUsers {
            let user = try basicUser(text)
            guard !users.contains(where: { $0.name == user.name }) else {
                throw StartError("--basic-user \(user.name) is there twice.")
            }
            users.append(user)
        }
        var unixUsers: [UInt32: [NetworkGrant]] = [:]
        for text in settings.unixUsers {
            let (user, grants) = try unixUser(text)
            unixUsers[user] = grants
        }
        return AccessList(
            generation: generation, tokens: tokens, users: users, unixUsers: unixUsers,
            udpSender: try udpSender(settings))
    }

    /// `ROLE,…` of whoever sends commands by UDP.
    private static func udpSender(_ settings: Settings) throws(StartError) -> AccessList.Entry? {
        guard let text = settings.miDatagramRoles else { return nil }
        // No credentials lead to it: the digest is nobody's.
        let nothing: [UInt8] = []
        return AccessList.Entry(
            name: "udp", digest: SHA256(of: nothing.span),
            grants: try grants(Substring(text), "--mi-datagram-role"))
    }

    private static func tokens(_ path: String) throws(StartError) -> [AccessList.Entry] {
        let bytes: [UInt8]
        do throws(SecretFile.Failure) {
            bytes = try SecretFile.read(path, bytesMax: tokensBytesMax)
        } catch {
            throw StartError("--tokens \(error.message)")
        }
        do throws(TokenEntry.FileError) {
            return try TokenEntry.entries(of: bytes).map {
                AccessList.Entry(name: $0.name, digest: $0.digest, grants: $0.grants)
            }
        } catch {
            throw StartError("--tokens \(path):\(error.line): \(error.message)")
        }
    }

    /// `NAME:/path` of a file that holds the password, or `NAME:sha256:HEX`; then, for less than an admin,
    /// `=ROLE,…`.
    private static func basicUser(_ text: String) throws(StartError) -> AccessList.Entry {
        let expected =
            "--basic-user: expected NAME:/path/of/password or NAME:sha256:HEX, and perhaps =ROLE,ROLE."
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = halves[0].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].contains("="), Identity.isValidName(String(parts[0]))
        else { throw StartError(expected) }
        let digest: SHA256
        if parts[1].hasPrefix("/") {
            digest = try password(String(parts[1]))
        } else if parts[1].hasPrefix("sha256:"),
            let known = SHA256(hexadecimal: parts[1].dropFirst(7))
        {
            digest = known
        } else {
            throw StartError(expected)
        }
        let grants =
            halves.count == 2
            ? try Self.grants(halves[1], "--basic-user \(parts[0])")
            : [NetworkGrant(Grant(.admin), networks: [])]
        return AccessList.Entry(name: String(parts[0]), digest: digest, grants: grants)
    }

    /// The digest of the password in a file: its first line.
    private static func password(_ path: String) throws(StartError) -> SHA256 {
        let bytes: [UInt8]
        do throws(SecretFile.Failure) {
            bytes = try SecretFile.read(path, bytesMax: passwordBytesMax)
        } catch {
            throw StartError("--basic-user \(error.message)")
        }
        var line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        guard !line.isEmpty else {
            throw StartError("--basic-user \(path): its first line, the password, is empty.")
        }
        return SHA256(of: Array(line).span)
    }

    /// `UID=ROLE,…`.
    private static func unixUser(_ text: String) throws(StartError) -> (UInt32, [NetworkGrant]) {
        let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard halves.count == 2, let user = UInt32(halves[0]) else {
            throw StartError("--unix-user \(text): expected UID=ROLE,ROLE with a user's number.")
        }
        let grants = try grants(halves[1], "--unix-user \(user)")
        guard grants.allSatisfy(\.networks.isEmpty) else {
            throw StartError("--unix-user \(user): a UNIX socket has no networks.")
        }
        return (user, grants)
    }

    private static func grants(
        _ text: Substring, _ setting: String
    ) throws(StartError) -> [NetworkGrant] {
        var grants: [NetworkGrant] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            do throws(AccessTextError) {
                grants.append(try NetworkGrant(parsing: part))
            } catch {
                throw StartError("\(setting): \(error.message)")
            }
        }
        return grants
    }
}
