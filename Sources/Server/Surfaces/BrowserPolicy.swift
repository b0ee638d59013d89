internal import Net
internal import WireFormats

/// What keeps foreign web pages out: whom a request must be meant for, and which pages may write.
struct BrowserPolicy: Sendable {
    /// Names and addresses that are this service, lower case, IPv6 in brackets, without port.
    let hosts: [[UInt8]]
    /// Whether every IP address counts as ours too. Foreign pages come by names: one that was loaded from an address
    /// was loaded from here.
    let takesAddresses: Bool
    /// Origins of pages that may read and write from elsewhere: `https://board.example`, compared exactly.
    let origins: [[UInt8]]

    init(hosts: [String], takesAddresses: Bool = false, origins: [String]) {
        self.hosts = hosts.map { Array($0.utf8) }
        self.takesAddresses = takesAddresses
        self.origins = origins.map { Array($0.utf8) }
    }

    /// Whether `host` (with or without a port) is this service. A page that rebinds its name to our address
    /// still says its own name here. HTTP/1.0 may leave the host out; no browser does.
    func isOurs(_ host: UnsafeBufferPointer<UInt8>) -> Bool {
        if host.isEmpty { return true }
        var end = host.count
        while end > 0, (0x30...0x39).contains(host[end - 1]) { end -= 1 }
        let name =
            end > 0 && host[end - 1] == UInt8(ascii: ":")
            ? UnsafeBufferPointer(rebasing: host[0..<(end - 1)]) : host
        return hosts.contains { equals(name, $0) } || takesAddresses && Self.isAddress(name)
    }

    /// Whether it is an IPv4 address, or an IPv6 address in brackets.
    private static func isAddress(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.first == UInt8(ascii: "["), name.last == UInt8(ascii: "]"), name.count > 2 else {
            return IPAddress.parseIPv4(name.span) != nil
        }
        return IPAddress.parseIPv6(UnsafeBufferPointer(rebasing: name[1..<(name.count - 1)]).span)
            != nil
    }

    /// Whether a page of `origin` may write: none was named (no browser), it is allowed, or it is our own.
    func mayWrite(origin: UnsafeBufferPointer<UInt8>?, host: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let origin else { return true }
        return isAllowed(origin) || isOwn(origin, host: host)
    }

    private func isAllowed(_ origin: UnsafeBufferPointer<UInt8>) -> Bool {
        origins.contains { $0.count == origin.count && origin.elementsEqual($0) }
    }

    /// Leave for the page that sent `request` to read its answer, if its origin is allowed.
    func grant(for request: borrowing HTTPRequest) -> CrossOriginGrant {
        guard !origins.isEmpty, let origin = request.field("Origin"), isAllowed(origin) else {
            return CrossOriginGrant(origin: nil)
        }
        return CrossOriginGrant(origin: Array(origin))
    }

    private func isOwn(
        _ origin: UnsafeBufferPointer<UInt8>, host: UnsafeBufferPointer<UInt8>
    ) -> Bool {
        let scheme = Array("http://".utf8)
        guard origin.count == scheme.count + host.count, origin.starts(with: scheme) else {
            return false
        }
        return equals(UnsafeBufferPointer(rebasing: origin[scheme.count...]), Array(host))
    }

    /// Letters in any case.
    private func equals(_ bytes: UnsafeBufferPointer<UInt8>, _ other: [UInt8]) -> Bool {
        guard bytes.count == other.count else { return false }
        for index in 0..<bytes.count where bytes[index] != other[index] {
            guard lowercase(bytes[index]) == lowercase(other[index]) else { return false }
        }
        return true
    }

    private func lowercase(_ byte: UInt8) -> UInt8 {
        (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
    }
}

/// Leave for a page of an allowed origin to read an answer, also one that comes later; for all others, nothing.
struct CrossOriginGrant: Sendable {
    fileprivate let origin: [UInt8]?

    /// Whether there is leave.
    var isGiven: Bool { origin != nil }

    /// Says so in an answer.
    func add(to response: inout HTTPResponse) {
        guard let origin else { return }
        response.addField("Access-Control-Allow-Origin", origin)
        response.addField("Vary", "Origin")
    }
}
