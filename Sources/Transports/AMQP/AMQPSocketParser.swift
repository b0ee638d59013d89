internal import EventCore

/// The sockets of RabbitMQ, in the form of OpenSIPS 2.4 (`exchange?key`) and of 4.x
/// (`option;option?key`); openapi.yaml holds the same grammar as patterns.
///
///     socket   = "rabbitmq:" [ user [ ":" password ] "@" ] host [ ":" port ] "/" [ head "?" ] key
///     host, port                            ; as in `HostPort`; without port 5672, with tls 5671
///     head     = exchange                   ; OpenSIPS 2.4
///              / option *( ";" option )     ; OpenSIPS 4.x: each at most once, any order
///     option   = "exchange=" exchange / "persistent" / "tls" / "tls_domain=" name / "vhost=" name
///     user     = 1*255( unreserved / "!$&'()+,;=" / escape )
///     password = 1*255( unreserved / "!$&'()+,;=:" / escape ) / "***"
///     exchange = name                       ; one called `tls` or `persistent`: "exchange=tls"
///     name     = 1*255( unreserved / "!$&'()*+,:@/" / escape )
///     key      = *255( unreserved / "!$&'()*+,:@/;=" / escape ) ; empty only with an exchange
///     escape   = "%" 2HEXDIG                ; of a byte that is no control character
///
/// User and password are `guest` where they are left out, the virtual host is `/`. `tls_domain`,
/// the name of a table row of OpenSIPS's, means `tls`. `***` is what listings show for a password:
/// a socket with it is good for naming a subscriber that exists, for nothing else.
///
/// Identity: user, host in lower case, port, virtual host, exchange and key, as OpenSIPS compares
/// them, with the virtual host that it does not know; neither password nor options. The canonical
/// text is the form of 4.x, without what is the default anyway.
enum AMQPSocketParser {
    /// Most bytes of a user, password, virtual host, exchange or key (AMQP 0-9-1 §4.2.5.3, short
    /// strings).
    static let nameBytesMax = 255
    /// Most bytes of a socket: less than others may have, for the canonical text of one in the form
    /// of 2.4 is longer, and has to be pasted back.
    static let bytesMax = 2_000
    /// What listings show for a password.
    static let mask = "***"

    static let user = PercentText(plain: PercentText.unreserved + "!$&'()+,;=", part: "user")
    static let password = PercentText(
        plain: PercentText.unreserved + "!$&'()+,;=:", part: "password")
    static let name = PercentText(
        plain: PercentText.unreserved + "!$&'()*+,:@/", part: "name of an exchange or vhost")
    static let key = PercentText(
        plain: PercentText.unreserved + "!$&'()*+,:@/;=", part: "routing key")

    /// Reads a socket whose scheme is `rabbitmq`. Pure; any thread. Throws `.malformed` and
    /// `.badOption` for what breaks the grammar, `.unusableAddress` and `.forbidden` as the policy
    /// judges a literal address.
    static func parse(_ text: SocketText, policy: TargetPolicy) throws(SocketError) -> Socket {
        guard text.bytes <= bytesMax else {
            throw malformed("at most \(bytesMax) bytes are expected")
        }
        let rest = text.rest.utf8
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else {
            throw malformed("`/` and a routing key are expected after the host")
        }
        let resource = try AMQPResource(Substring(rest[rest.index(after: slash)...]))
        let login = try AMQPLogin(Substring(rest[..<slash]))
        let defaultPort = resource.isSecure ? AMQPBroker.securePort : AMQPBroker.port
        let address = try HostPort.parse(login.address, defaultPort: defaultPort)
        try policy.checkLiteral(address)
        let options = try SocketOptions(
            text.options, of: "A RabbitMQ socket", taking: SocketOptions.Name.queue,
            own: ["format"])
        let format = try format(options.own)
        let broker = AMQPBroker(
            address: address, isSecure: resource.isSecure,
            user: login.user ?? AMQPBroker.defaultUser,
            password: Secret(login.password ?? AMQPBroker.defaultUser),
            virtualHost: resource.virtualHost ?? AMQPBroker.defaultVirtualHost)
        let identity = identity(broker, resource)
        // Another password makes it another destination: whoever guesses at one must not open the
        // breaker of those who know it. And not the broker alone: a full queue or a missing
        // exchange must not hold up what goes elsewhere; the connection they share all the same.
        let mark = login.password == nil ? "" : "#\(broker.password.mark)"
        let target = AMQPTarget(
            destination: identity + mark, broker: broker, exchange: resource.exchange ?? [],
            routingKey: resource.key, isPersistent: resource.isPersistent, format: format,
            options: options.delivery)
        let place = address.port == defaultPort ? address.host.text : address.text
        let own = format == .json ? [] : [(name: "format", value: format.rawValue)]
        let tail = "\(place)/\(resource.text)" + options.fragment(own: own)
        let secretText = "rabbitmq:" + login.secretText + tail
        return Socket(
            packed: 0,
            detail: SocketDetail(
                identity: identity, text: "rabbitmq:" + login.text + tail,
                secretText: secretText, isMasked: login.isMasked, target: target))
    }

    /// A fault in the grammar, with what is expected instead.
    static func malformed(_ expectation: String) -> SocketError {
        SocketError(
            .malformed, "A RabbitMQ socket is rabbitmq:user:password@host:port/key: \(expectation)."
        )
    }

    private static func identity(_ broker: AMQPBroker, _ resource: AMQPResource) -> String {
        // In a virtual host's name `/` would look like the one behind it.
        let virtualHost = user.encode(broker.virtualHost)
        return "rabbitmq:\(user.encode(broker.user))@\(broker.address.identity)/\(virtualHost)/"
            + "\(name.encode(resource.exchange ?? []))?\(key.encode(resource.key))"
    }

    private static func format(
        _ options: [SocketText.Option]
    ) throws(SocketError) -> AMQPTarget.Format {
        var format = AMQPTarget.Format.json
        for option in options {
            guard let known = AMQPTarget.Format(rawValue: option.value) else {
                throw SocketOptions.bad("A RabbitMQ socket", "has the `format` json or lines")
            }
            format = known
        }
        return format
    }
}

extension SocketText {
    /// How long it is, written down.
    fileprivate var bytes: Int {
        options.reduce(scheme.utf8.count + 1 + rest.utf8.count) { sum, option in
            sum + option.name.utf8.count + option.value.utf8.count + 2
        }
    }
}
