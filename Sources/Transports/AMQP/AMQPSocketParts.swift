internal import EventCore

/// What stands before the first `/` of a RabbitMQ socket: who, and the address as text.
struct AMQPLogin {
    /// Nil where it is left out.
    var user: [UInt8]?
    /// Nil where it is left out or masked.
    var password: [UInt8]?
    /// The password is the mask of listings.
    var isMasked = false
    /// Host and port.
    var address: String

    init(_ text: Substring) throws(SocketError) {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count <= 2 else {
            throw AMQPSocketParser.malformed("`@` in a user or password is written %40")
        }
        address = String(Substring(parts[parts.count - 1]))
        guard parts.count == 2 else { return }
        let words = parts[0].split(
            separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        let lengths = 1...AMQPSocketParser.nameBytesMax
        user = try AMQPSocketParser.user.decode(words[0], lengths: lengths)
        guard words.count == 2 else { return }
        if words[1].elementsEqual(AMQPSocketParser.mask.utf8) {
            isMasked = true
        } else {
            password = try AMQPSocketParser.password.decode(words[1], lengths: lengths)
        }
    }

    /// As it may be shown, with its `@`; empty where nothing is given.
    var text: String {
        write(password: password == nil && !isMasked ? nil : AMQPSocketParser.mask)
    }

    /// As the store keeps it. A mask stays one: the text must not look like a socket without
    /// password.
    var secretText: String {
        guard let password else { return text }
        return write(password: AMQPSocketParser.password.encode(password))
    }

    private func write(password: String?) -> String {
        guard let user else { return "" }
        return AMQPSocketParser.user.encode(user) + (password.map { ":" + $0 } ?? "") + "@"
    }
}

/// What stands behind the first `/` of a RabbitMQ socket: where a message goes, and how.
struct AMQPResource {
    var exchange: [UInt8]?
    var isPersistent = false
    var isSecure = false
    var virtualHost: [UInt8]?
    var key: [UInt8]

    init(_ text: Substring) throws(SocketError) {
        let parts = text.utf8.split(
            separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        key = []
        if parts.count == 2 { try read(head: parts[0]) }
        let least = exchange == nil ? 1 : 0
        key = try AMQPSocketParser.key.decode(
            parts[parts.count - 1], lengths: least...AMQPSocketParser.nameBytesMax)
    }

    /// In the form of OpenSIPS 4.x, options in alphabetical order.
    var text: String {
        var options: [String] = []
        if let exchange { options.append("exchange=" + AMQPSocketParser.name.encode(exchange)) }
        if isPersistent { options.append("persistent") }
        if isSecure { options.append("tls") }
        if let virtualHost, virtualHost != AMQPBroker.defaultVirtualHost {
            options.append("vhost=" + AMQPSocketParser.name.encode(virtualHost))
        }
        let head = options.isEmpty ? "" : options.joined(separator: ";") + "?"
        return head + AMQPSocketParser.key.encode(key)
    }

    private mutating func read(head: Substring.UTF8View) throws(SocketError) {
        let isList = head.contains { $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "=") }
        let isFlag = head.elementsEqual("persistent".utf8) || head.elementsEqual("tls".utf8)
        guard isList || isFlag else {
            exchange = try decode(head)
            return
        }
        var seen: [String] = []
        let options = head.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
        for option in options {
            let words = option.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(Substring(words[0]))
            let kind = name == "tls_domain" ? "tls" : name
            guard !seen.contains(kind) else {
                throw SocketError(.badOption, "An option before `?` is there twice.")
            }
            seen.append(kind)
            switch (name, words.count) {
            case ("exchange", 2): exchange = try decode(words[1])
            case ("vhost", 2): virtualHost = try decode(words[1])
            case ("persistent", 1): isPersistent = true
            case ("tls", 1): isSecure = true
            case ("tls_domain", 2):
                _ = try decode(words[1])
                isSecure = true
            default:
                throw SocketError(
                    .badOption,
                    """
                    Before `?` stand an exchange, or `exchange=NAME`, `persistent`, `tls`, \
                    `tls_domain=NAME` and `vhost=NAME`, joined by `;`.
                    """)
            }
        }
    }

    private func decode(_ name: Substring.UTF8View) throws(SocketError) -> [UInt8] {
        try AMQPSocketParser.name.decode(name, lengths: 1...AMQPSocketParser.nameBytesMax)
    }
}
