public import EventCore
public import Net

/// Everything about a Carillon that can be set. The defaults are those of a service started without a flag.
public struct Settings: Sendable {
    /// Where HTTP is served: `HOST:PORT`, `[IPv6]:PORT`, or a `/path` for a UNIX socket. Port 0 lets the kernel choose.
    public var listen = ["127.0.0.1:8080"]
    /// The directory of the state; made if it is missing.
    public var stateDirectory: String
    /// Which addresses may be sent to: `any`, `no-metadata`, `public-only`, or CIDRs with commas between.
    public var targetPolicy = "no-metadata"
    /// Directories below which UNIX sockets may be sent to; empty = anywhere, and abstract names too.
    public var unixDirectories: [String] = []
    /// Whether events come into being when first raised or subscribed to by REST.
    public var dynamicEvents = true
    /// Further names, besides those of the listeners, by which requests may call this service.
    public var allowedHosts: [String] = []
    /// Origins of web pages that may use the API from elsewhere.
    public var allowedOrigins: [String] = []
    /// Whether it may listen beyond loopback although nobody has to say who they are.
    public var insecure = false
    /// A PEM file with the authorities that may sign receivers' certificates; nil = the system's.
    public var certificateAuthorityFile: String?
    /// How long queued deliveries may still go out while the service stops.
    public var drainMilliseconds = 5_000
    /// Workers, deadlines and limits of the HTTP server.
    public var http = HTTPConfiguration()
    /// Limits of the core.
    public var limits = CoreLimits()

    /// The defaults, with the state in `stateDirectory`.
    public init(stateDirectory: String) {
        self.stateDirectory = stateDirectory
    }
}

/// Why a Carillon does not start. The sentence names the setting and what it expects.
public struct StartError: Error, Sendable, CustomStringConvertible {
    /// One sentence or two.
    public let description: String

    /// An error.
    public init(_ description: String) {
        self.description = description
    }
}
