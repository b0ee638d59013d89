public import EventCore

/// What a run waits for while no thread does.
public enum Effect: Sendable {
    /// `rest_get`, `rest_post`.
    case http(HTTPCall)
    /// `mi(…)`.
    case mi(MICall)
}

/// A call over HTTP that a script makes. The host obeys the target policy and its own deadline.
public struct HTTPCall: Sendable, Hashable {
    /// `GET` or `POST`.
    public var method: String
    /// The URL as the script gives it; unchecked.
    public var url: String
    /// The body to send; empty for GET.
    public var body: [UInt8]
    /// The body's `Content-Type`; nil: `application/x-www-form-urlencoded`, as OpenSIPS.
    public var contentType: String?

    /// A call.
    public init(method: String, url: String, body: [UInt8], contentType: String?) {
        self.method = method
        self.url = url
        self.body = body
        self.contentType = contentType
    }
}

/// A command of the management interface that a script gives, with the rights of the script (an
/// admin).
public struct MICall: Sendable, Hashable {
    /// The command's name.
    public var command: String
    /// Its arguments: all named, all positional, or none.
    public var arguments: Params

    /// A command.
    public init(command: String, arguments: Params) {
        self.command = command
        self.arguments = arguments
    }
}

/// What became of an effect.
public enum EffectResult: Sendable {
    /// An answer to an HTTP call, of whatever status. `rest_get` answers 1.
    case http(HTTPAnswer)
    /// The answer to a command, as JSON text (a bare string without quotes). `mi` answers 1.
    case mi([UInt8])
    /// A command was refused, with this text. `mi` answers -1.
    case miError([UInt8])
    /// There is no answer.
    case failed(EffectFailure)
}

/// An answer over HTTP.
public struct HTTPAnswer: Sendable, Hashable {
    /// The status.
    public var status: Int
    /// `Content-Type`, or nil.
    public var contentType: [UInt8]?
    /// The body; what is beyond `ScriptLimits.stringBytesMax` ends the run when it is assigned.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, contentType: [UInt8]?, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// Why there is no answer. The raw value is the function's return code, as in OpenSIPS's
/// rest_client and mi_script.
public enum EffectFailure: Int64, Sendable, Hashable {
    /// Connection refused, or the command failed.
    case refused = -1
    /// Connecting took too long, or there is no such command.
    case connectTimeout = -2
    /// The answer took too long.
    case timeout = -3
    /// Anything else: a URL that cannot be read, an address that the target policy refuses, too
    /// much data.
    case other = -10
}
