internal import EventCore

/// The options of a socket that several transports share: one grammar, one set of sentences. A transport names
/// those it takes, and reads the ones of its own from `own`.
///
///     method   = ( ALPHA / "_" ) *63( ALPHA / DIGIT / "_" / "." / ":" / "/" / "-" )
///     mode     = "notification" / "request"
///     timeout  = seconds "s" / milliseconds "ms"      ; 100 ms to 60 s, decimal, no leading zeros
///     overflow = "drop_oldest" / "drop_newest"
///     conflate = name *7( "," name )                  ; a name: 1*64( ALPHA / DIGIT / "_" / "." / "-" )
///     batch    = 2 to 100, decimal, no leading zeros
///
/// `conflate` excludes `overflow`. What is the default anyway is left out of the canonical text.
struct SocketOptions {
    /// An option that several transports have. The raw value is its name in the socket; the order is the one of
    /// the canonical text.
    enum Name: String, CaseIterable {
        case method, mode, timeout, overflow, conflate, batch

        /// Those that concern the queue, which every transport with an engine takes.
        static let queue: [Name] = [.timeout, .overflow, .conflate]
    }

    /// The `method` member of calls; nil = the event's name.
    private(set) var method: String?
    /// Whether a reply is waited for.
    private(set) var mode = CallMode.notification
    /// What concerns the queue.
    private(set) var delivery = DeliveryOptions()
    /// Options of the transport's own, as they stand, in the order of the socket.
    private(set) var own: [SocketText.Option] = []

    /// What `timeout` may be, in milliseconds.
    static let timeoutRangeMilliseconds = 100...60_000
    /// Most bytes of a method's name, and of a name in `conflate`.
    static let nameBytesMax = 64
    /// Most names in `conflate`.
    static let conflateNamesMax = 8

    /// Reads `options`. `socket` begins the sentences ("An HTTP socket"); `own` are the names that the
    /// transport reads itself; `note` ends the sentence that says what there is ("and always the format json").
    /// Throws `.badOption`.
    init(
        _ options: [SocketText.Option], of socket: String, taking names: [Name],
        own ownNames: [String] = [], note: String = ""
    ) throws(SocketError) {
        // That none is there twice, `SocketText.parse` has seen to.
        for option in options {
            if ownNames.contains(option.name) {
                own.append(option)
            } else if let name = Name(rawValue: option.name), names.contains(name) {
                try read(name, option.value, of: socket)
            } else {
                let known = names.map(\.rawValue) + ownNames
                throw Self.bad(socket, Self.sentence(of: known) + note)
            }
        }
        if ["overflow", "conflate"].allSatisfy({ name in options.contains { $0.name == name } }) {
            throw Self.bad(socket, "has `overflow` or `conflate`, not both")
        }
    }

    /// The canonical fragment with its `#`; empty without options. `own`: the transport's own options in its
    /// canonical spelling, without those at their default; they come last.
    func fragment(own: [(name: String, value: String)] = []) -> String {
        var options: [String] = []
        if let method { options.append("method=\(method)") }
        if mode != .notification { options.append("mode=\(mode.rawValue)") }
        if let time = delivery.timeoutMilliseconds {
            options.append(time % 1_000 == 0 ? "timeout=\(time / 1_000)s" : "timeout=\(time)ms")
        }
        if delivery.overflow == .dropNewest { options.append("overflow=drop_newest") }
        if !conflateNames.isEmpty {
            options.append("conflate=" + conflateNames.joined(separator: ","))
        }
        if delivery.batch > 1 { options.append("batch=\(delivery.batch)") }
        options += own.map { "\($0.name)=\($0.value)" }
        return options.isEmpty ? "" : "#" + options.joined(separator: "&")
    }

    /// An error whose sentence begins with `socket`: "An HTTP socket has the `mode` notification or request."
    static func bad(_ socket: String, _ expectation: String) -> SocketError {
        SocketError(.badOption, "\(socket) \(expectation).")
    }

    private var conflateNames: [String] {
        if case .conflate(let names) = delivery.overflow { names } else { [] }
    }

    private static func sentence(of names: [String]) -> String {
        let quoted = names.map { "`\($0)`" }
        guard quoted.count > 1, let last = quoted.last else {
            return quoted.first.map { "has the option \($0)" } ?? "has no options"
        }
        return "has the options \(quoted.dropLast().joined(separator: ", ")) and \(last)"
    }

    // MARK: One option

    private mutating func read(
        _ name: Name, _ value: String, of socket: String
    ) throws(SocketError) {
        switch name {
        case .method:
            guard OptionText.isMethod(value) else {
                throw Self.bad(
                    socket,
                    """
                    has a `method` of 1 to 64 letters, digits, `_`, `.`, `:`, `/` and `-` that begins \
                    with a letter or `_`
                    """)
            }
            method = value
        case .mode:
            guard let mode = CallMode(rawValue: value) else {
                throw Self.bad(socket, "has the `mode` notification or request")
            }
            self.mode = mode
        case .timeout:
            guard let time = OptionText.milliseconds(value),
                Self.timeoutRangeMilliseconds ~= time
            else {
                throw Self.bad(
                    socket, "has a `timeout` from 100ms to 60s, a whole number and `ms` or `s`")
            }
            delivery.timeoutMilliseconds = time
        case .overflow:
            guard value == "drop_oldest" || value == "drop_newest" else {
                throw Self.bad(socket, "has the `overflow` drop_oldest or drop_newest")
            }
            if value == "drop_newest" { delivery.overflow = .dropNewest }
        case .conflate:
            guard let names = OptionText.names(value, max: Self.conflateNamesMax) else {
                throw Self.bad(
                    socket,
                    """
                    has in `conflate` 1 to \(Self.conflateNamesMax) names of params, each 1 to 64 \
                    letters, digits, `_`, `.` and `-`, with commas between
                    """)
            }
            delivery.overflow = .conflate(names)
        case .batch:
            guard let number = OptionText.number(value), 2...DeliveryOptions.batchMax ~= number
            else { throw Self.bad(socket, "has a `batch` from 2 to \(DeliveryOptions.batchMax)") }
            delivery.batch = number
        }
    }
}

/// What a call is, in the words of JSON-RPC 2.0 §4. The raw value is the option's.
enum CallMode: String, Sendable {
    /// Without `id`: delivered as soon as the transport has done its part.
    case notification
    /// With the occurrence's id: delivered is what the receiver answered with a result of that id.
    case request
}
