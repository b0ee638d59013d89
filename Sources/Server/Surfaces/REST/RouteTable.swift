internal import EventCore
internal import Net
internal import WireFormats

/// One row of the route table: which method on which path runs what.
struct RouteRow: Sendable {
    /// What runs: on the worker, without blocking.
    typealias Action =
        @Sendable (
            REST, Caller, borrowing HTTPRequest, PathArgument, inout HTTPResponse
        ) throws(Problem) -> HTTPAnswer

    let method: HTTPMethod
    /// The path as in openapi.yaml: `/subscriptions/{id}`.
    let path: StaticString
    /// The operationId of openapi.yaml.
    let operation: StaticString
    let action: Action
    /// Whether strangers may: supervisors and whoever wants to know how to ask. Its action runs no command.
    var isOpen = false
    /// Whether a request without an id is given one: what the audit tells of. A raise is called by its occurrence.
    var makesRequestID = false
}

/// Every endpoint on one screen. HEAD goes with GET; OPTIONS and 405 are answered from this table.
enum RouteTable {
    // One row a line:
    // swift-format-ignore
    static let routes: [RouteRow] = [
        RouteRow(method: .post, path: "/subscriptions", operation: "subscribe", action: REST.subscribe, makesRequestID: true),
        RouteRow(method: .get, path: "/subscriptions/{}", operation: "getSubscription", action: REST.getSubscription),
        RouteRow(method: .patch, path: "/subscriptions/{}", operation: "renewSubscription", action: REST.renewSubscription, makesRequestID: true),
        RouteRow(method: .delete, path: "/subscriptions/{}", operation: "unsubscribe", action: REST.unsubscribe, makesRequestID: true),
        RouteRow(method: .post, path: "/subscriptions/{}/test", operation: "testSubscription", action: REST.testSubscription, makesRequestID: true),
        RouteRow(method: .get, path: "/subscribers", operation: "listSubscribers", action: REST.listSubscribers),
        RouteRow(method: .get, path: "/events", operation: "listEvents", action: REST.listEvents),
        RouteRow(method: .get, path: "/events/stream", operation: "streamEvents", action: REST.streamEvents),
        RouteRow(method: .get, path: "/events/{}", operation: "getEvent", action: REST.getEvent),
        RouteRow(method: .put, path: "/events/{}", operation: "putEvent", action: REST.putEvent, makesRequestID: true),
        RouteRow(method: .post, path: "/events/{}/raise", operation: "raiseEvent", action: REST.raiseEvent),
        RouteRow(method: .get, path: "/occurrences", operation: "listOccurrences", action: REST.listOccurrences),
        RouteRow(method: .get, path: "/occurrences/{}", operation: "getOccurrence", action: REST.getOccurrence),
        RouteRow(method: .get, path: "/routes", operation: "listRoutes", action: REST.listRoutes),
        RouteRow(method: .post, path: "/routes/{}/run", operation: "runRoute", action: REST.runRoute, makesRequestID: true),
        RouteRow(method: .post, path: "/mi", operation: "callMI", action: REST.callMI),
        RouteRow(method: .get, path: "/json/{}", operation: "callJSON", action: REST.callJSON),
        RouteRow(method: .get, path: "/", operation: "getDashboard", action: REST.get(Dashboard.page), isOpen: true),
        RouteRow(method: .get, path: "/dashboard.css", operation: "getDashboardStyle", action: REST.get(Dashboard.style), isOpen: true),
        RouteRow(method: .get, path: "/dashboard.js", operation: "getDashboardScript", action: REST.get(Dashboard.script), isOpen: true),
        RouteRow(method: .get, path: "/dashboard.svg", operation: "getDashboardIcon", action: REST.get(Dashboard.icon), isOpen: true),
        RouteRow(method: .get, path: "/status", operation: "getStatus", action: REST.getStatus),
        RouteRow(method: .get, path: "/metrics", operation: "getMetrics", action: REST.getMetrics),
        RouteRow(method: .get, path: "/openapi.yaml", operation: "getContract", action: REST.getContract, isOpen: true),
        RouteRow(method: .get, path: "/livez", operation: "getLiveness", action: REST.getLiveness, isOpen: true),
        RouteRow(method: .get, path: "/readyz", operation: "getReadiness", action: REST.getReadiness, isOpen: true),
    ]

    /// The paths of `routes`, at the same places.
    private static let patterns = routes.map { PathPattern($0.path) }

    /// What a request's method and path lead to.
    enum Match {
        /// A row, and the bytes that stand for `{}`, undecoded.
        case route(Int, UnsafeBufferPointer<UInt8>)
        /// The path is known, the method is not one of its own; these are.
        case otherMethods(String)
        /// OPTIONS on a known path; these are its methods.
        case options(String)
        case unknownPath
    }

    static func match(_ method: HTTPMethod, _ path: UnsafeBufferPointer<UInt8>) -> Match {
        let wanted = method == .head ? .get : method
        guard !path.isEmpty else { return .unknownPath }
        let outline = PathOutline(path)
        var known: [HTTPMethod] = []
        for index in patterns.indices where patterns[index].outline == outline {
            guard let argument = patterns[index].match(path) else { continue }
            if routes[index].method == wanted { return .route(index, argument) }
            known.append(routes[index].method)
            // What is spelled out is meant, not the name of an event: `/events/stream`.
            if patterns[index].isWhole { break }
        }
        if known.isEmpty { return .unknownPath }
        let allow = allowed(known)
        return method == .options ? .options(allow) : .otherMethods(allow)
    }

    /// The value of `Allow` for a path with these methods.
    static func allowed(_ methods: [HTTPMethod]) -> String {
        var names: [String] = []
        for method in methods {
            switch method {
            case .get: names += ["GET", "HEAD"]
            case .post: names.append("POST")
            case .put: names.append("PUT")
            case .patch: names.append("PATCH")
            case .delete: names.append("DELETE")
            case .head, .options, .trace, .connect, .other: break  // no row has these
            }
        }
        return (names + ["OPTIONS"]).joined(separator: ", ")
    }
}
