public import EventCore
public import WireFormats

/// Who is meant by a host: an address, or a name that is looked up when something is to be sent.
public enum Host: Sendable, Hashable {
    /// A literal address.
    case address(IPAddress)
    /// A DNS name in the case it was given.
    case name(String)

    /// Most bytes of a name (RFC 1035 §2.3.4 as text without the last dot).
    public static let nameBytesMax = 253
    /// Most bytes between two dots.
    public static let labelBytesMax = 63

    /// As it is written in sockets and URLs: IPv6 in brackets and in the form of RFC 5952, names as
    /// given.
    public var text: String {
        switch self {
        case .address(.v4(let address)): IPAddress.v4(address).description
        case .address(let address): "[\(address)]"
        case .name(let name): name
        }
    }

    /// What makes two hosts the same: `text`, names in lower case. `localhost` and `127.0.0.1`
    /// differ (OpenSIPS).
    public var identity: String {
        guard case .name(let name) = self else { return text }
        return name.lowercased()
    }
}

/// `host:port`, the address grammar of every transport that reaches hosts.
///
///     host-port = host ":" port
///     host      = IPv4 / "[" IPv6 "]" / name
///     IPv4      = octet 3( "." octet )         ; decimal 0-255, no leading zeros, nothing else
///     IPv6      = RFC 4291 §2.2 forms 1 and 2   ; no zone, no dotted quad inside
///     name      = *( label "." ) last           ; 253 bytes at most
///     label     = 1*63( ALPHA / DIGIT / "_" / "-" )   ; no "-" at either end
///     last      = a label that begins with ALPHA      ; so that no number passes for a name
///     port      = 1-65535                       ; decimal, no sign, no leading zeros
public struct HostPort: Sendable, Hashable {
    /// Who.
    public var host: Host
    /// 1–65535.
    public var port: UInt16

    /// A host and a port; the caller knows that both are valid.
    public init(host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Canonical text: `127.0.0.1:5060`, `[2001:db8::1]:5060`, `Example.org:5060`.
    public var text: String { "\(host.text):\(port)" }

    /// `text` with names in lower case.
    public var identity: String { "\(host.identity):\(port)" }

    /// Reads `host:port`; `host` alone where there is a `defaultPort`. Pure, any thread; allocates
    /// nothing for a numeric IPv4 host. Throws `.malformed`, or `.unusableAddress` for an IPv6
    /// address that only wraps an IPv4 address. Whether an address may be sent to is for
    /// `TargetPolicy`.
    public static func parse(
        _ text: String, defaultPort: UInt16? = nil
    ) throws(SocketError) -> HostPort {
        let bytes = text.utf8Span.span
        let colon = try hostEnd(bytes)
        let port: UInt16
        if colon < bytes.count {
            port = try parsePort(bytes.extracting((colon + 1)..<bytes.count))
        } else if let defaultPort {
            port = defaultPort
        } else {
            throw SocketError(
                .malformed, "A port is expected after the host, as in 127.0.0.1:8888.")
        }
        return HostPort(host: try Host.parse(bytes.extracting(0..<colon)), port: port)
    }

    /// Where the host ends: the index of the `:` before the port, or the count where there is none.
    private static func hostEnd(_ bytes: Span<UInt8>) throws(SocketError) -> Int {
        var index = 0
        if bytes.count > 0, bytes[0] == UInt8(ascii: "[") {
            while index < bytes.count, bytes[index] != UInt8(ascii: "]") { index += 1 }
            index += 1
            guard index <= bytes.count, index == bytes.count || bytes[index] == UInt8(ascii: ":")
            else {
                throw SocketError(
                    .malformed, "An IPv6 address is written in brackets, as in [::1]:8888.")
            }
            return index
        }
        while index < bytes.count, bytes[index] != UInt8(ascii: ":") { index += 1 }
        for later in index..<bytes.count where later > index && bytes[later] == UInt8(ascii: ":") {
            throw SocketError(
                .malformed,
                "There is more than one `:`; an IPv6 address is written in brackets, as in [::1]:8888."
            )
        }
        return index
    }

    private static func parsePort(_ bytes: Span<UInt8>) throws(SocketError) -> UInt16 {
        var port = 0
        for index in bytes.indices {
            let byte = bytes[index]
            guard UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte, index < 5 else { port = 0; break }
            port = port * 10 + Int(byte - UInt8(ascii: "0"))
            if port == 0 { break }
        }
        guard let valid = UInt16(exactly: port), valid > 0 else {
            throw SocketError(
                .malformed,
                "A port is a decimal number from 1 to 65535 without sign or leading zeros.")
        }
        return valid
    }
}

extension Host {
    /// Reads a host alone: an IPv4 address, `[IPv6]` or a name. Throws as `HostPort.parse` does.
    public static func parse(_ bytes: Span<UInt8>) throws(SocketError) -> Host {
        guard bytes.count > 0 else {
            throw SocketError(
                .malformed,
                "A host is expected: an IPv4 address, an IPv6 address in brackets, or a name.")
        }
        if bytes[0] == UInt8(ascii: "[") {
            guard bytes.count > 1, bytes[bytes.count - 1] == UInt8(ascii: "]") else {
                throw SocketError(
                    .malformed, "An IPv6 address is written in brackets, as in [::1].")
            }
            return .address(try parseBracketed(bytes.extracting(1..<(bytes.count - 1))))
        }
        if let address = IPAddress.parseIPv4(bytes) { return .address(.v4(address)) }
        return .name(try parseName(bytes))
    }

    /// The inside of the brackets.
    private static func parseBracketed(_ bytes: Span<UInt8>) throws(SocketError) -> IPAddress {
        for index in bytes.indices {
            if bytes[index] == UInt8(ascii: "%") {
                throw SocketError(
                    .malformed,
                    "An IPv6 address is written without a zone: no `%` inside the brackets.")
            }
            if bytes[index] == UInt8(ascii: ".") { throw writeIPv4Itself }
        }
        guard let address = IPAddress.parseIPv6(bytes) else {
            throw SocketError(
                .malformed,
                "Inside the brackets an IPv6 address is expected: up to eight hexadecimal groups.")
        }
        if address.embeddedIPv4 != nil { throw writeIPv4Itself }
        return address
    }

    private static let writeIPv4Itself = SocketError(
        .unusableAddress, "This IPv6 address wraps an IPv4 address: write the IPv4 address itself.")

    private static func parseName(_ bytes: Span<UInt8>) throws(SocketError) -> String {
        guard bytes.count <= nameBytesMax else {
            throw SocketError(.malformed, "A host name has at most \(nameBytesMax) bytes.")
        }
        var labelStart = 0
        for index in 0...bytes.count where index == bytes.count || bytes[index] == UInt8(ascii: ".")
        {
            try checkLabel(bytes.extracting(labelStart..<index))
            if index < bytes.count { labelStart = index + 1 }
        }
        guard isLetter(bytes[labelStart]) else {
            throw SocketError(
                .malformed,
                """
                An IPv4 address is four decimal numbers from 0 to 255 without leading zeros; a \
                name's last part begins with a letter.
                """)
        }
        return bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }

    private static func checkLabel(_ bytes: Span<UInt8>) throws(SocketError) {
        guard 1...labelBytesMax ~= bytes.count else {
            throw SocketError(
                .malformed, "Each part of a host name has 1 to \(labelBytesMax) bytes.")
        }
        for index in bytes.indices {
            let byte = bytes[index]
            let isInner = byte == UInt8(ascii: "-") && index > 0 && index < bytes.count - 1
            let isDigit = UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
            guard isLetter(byte) || isDigit || byte == UInt8(ascii: "_") || isInner else {
                throw SocketError(
                    .malformed,
                    "A host name holds letters, digits, `_` and `-`; no part begins or ends with `-`."
                )
            }
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }
}
