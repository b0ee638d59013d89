internal import EventCore

/// What a test can find: for machines the name, for people what helps. The raw value is the `code` in JSON.
enum ProbeCode: String, CaseIterable {
    case ok
    case sentUnconfirmed = "sent_unconfirmed"
    case slow
    case tlsExpiresSoon = "tls_expires_soon"
    case memberFailed = "member_failed"
    case nameUnresolved = "name_unresolved"
    case addressForbidden = "address_forbidden"
    case portUnreachable = "port_unreachable"
    case noRoute = "no_route"
    case timeout
    case connectionLost = "connection_lost"
    case pathMissing = "path_missing"
    case pathWrongKind = "path_wrong_kind"
    case pathNotPermitted = "path_not_permitted"
    case nobodyListening = "nobody_listening"
    case bufferFull = "buffer_full"
    case diskFull = "disk_full"
    case tlsUntrusted = "tls_untrusted"
    case tlsExpired = "tls_expired"
    case tlsWrongName = "tls_wrong_name"
    case tlsFailed = "tls_failed"
    case unauthorized
    case redirect
    case httpStatus = "http_status"
    case replyInvalid = "reply_invalid"
    case accessRefused = "access_refused"
    case noSuchVirtualHost = "no_such_vhost"
    case noSuchExchange = "no_such_exchange"
    case unroutable
    case rejected
    case blocked
    case routeMissing = "route_missing"
    case routeFailed = "route_failed"
    case tooLarge = "too_large"
    case failed

    /// How bad it is.
    var verdict: ProbeFinding.Verdict {
        switch self {
        case .ok, .sentUnconfirmed: .ok
        case .slow, .tlsExpiresSoon: .warning
        default: .failed
        }
    }

    /// What to do about it; nil where nothing has to be done.
    var remedy: String? { Self.remedies[self] }

    // One row a line:
    // swift-format-ignore
    private static let remedies: [ProbeCode: String] = [
        .slow: "Let the receiver answer first and work then: a delivery waits for each answer before the next is sent.",
        .tlsExpiresSoon: "Renew the receiver's certificate.",
        .memberFailed: "See tests for the members that failed.",
        .nameUnresolved: "Check the spelling of the host, and that this machine's name servers know it.",
        .addressForbidden: "Use an address that the setting target-policy allows, or allow this one there.",
        .portUnreachable: "Start the receiver, or correct the port: nobody listens there, or a firewall answers in its place.",
        .noRoute: "Check the address, and the routes and firewalls between this machine and the receiver.",
        .timeout: "Check that the receiver runs and answers, that no firewall swallows the packets, or allow more with the option timeout.",
        .connectionLost: "Look at the receiver's log: it ended the connection before it had answered.",
        .pathMissing: "Start the receiver, which makes the path, or correct the path or its directory.",
        .pathWrongKind: "Correct the path: something else lies there than what this scheme writes to.",
        .pathNotPermitted: "Let the user of this service write to the path and enter its directories.",
        .nobodyListening: "Start the receiver: its socket is left from an earlier run, and nobody has it open.",
        .bufferFull: "Let the receiver read faster, or give it a larger buffer: it does not take what it is sent.",
        .diskFull: "Make room on the disk, or raise the quota.",
        .tlsUntrusted: "Let an authority that this machine trusts sign the certificate, or name its authority in the setting ca-file.",
        .tlsExpired: "Renew the receiver's certificate.",
        .tlsWrongName: "Use a host that is in the certificate, or add this one to it.",
        .tlsFailed: "Let the receiver speak TLS 1.2 or newer on this port.",
        .unauthorized: "Subscribe a URL that takes calls without credentials, or with a secret in its query.",
        .redirect: "Subscribe the URL that it leads to: redirects are not followed.",
        .httpStatus: "Look at the receiver's log: it has to answer 2xx.",
        .replyInvalid: "Let the receiver answer each call with a result, or leave out the option that waits for one.",
        .accessRefused: "Check user and password in the socket, and the user's right to write to the exchange.",
        .noSuchVirtualHost: "Make the virtual host, or correct the socket's vhost.",
        .noSuchExchange: "Declare the exchange, or correct the socket's exchange.",
        .unroutable: "Bind a queue to the exchange with this routing key, or correct the key.",
        .rejected: "Look at the broker's log: a queue may be full, or a policy against it.",
        .blocked: "Free memory or disk of the broker's machine: it takes no messages until its alarm is over.",
        .routeMissing: "Add the event_route to the script and reload, or end the subscription.",
        .routeFailed: "Run the route with POST /routes/{name}/run, which shows what it logs.",
        .tooLarge: "Use a scheme without a limit: datagrams are limited.",
        .failed: "Look at the message.",
    ]
}
