/// Why a command had no effect. The code is for machines, the sentence for people; each surface maps the code
/// to its own status in one exhaustive switch.
public struct CommandError: Error, Equatable, Sendable {
    /// What went wrong. The raw value is the `code` of problem documents and is stable.
    public enum Code: String, Sendable, CaseIterable {
        /// The event's name breaks the rule for names.
        case invalidEvent = "invalid_event"
        /// The socket breaks its scheme's grammar, names no address that can receive, or has a bad option.
        case invalidSocket = "invalid_socket"
        /// The setting `target-policy` refuses the socket's address.
        case targetForbidden = "target_forbidden"
        /// The lifetime is out of range, or asked for in two ways.
        case invalidExpire = "invalid_expire"
        /// The params cannot be carried: too many, too long, a name twice.
        case invalidParams = "invalid_params"
        /// A parameter of the command is missing, unknown or of the wrong type.
        case invalidParameter = "invalid_parameter"
        /// No event of this name exists.
        case eventNotFound = "event_not_found"
        /// Only Carillon's own modules, and admins who say who they are, raise `E_CORE_…` and `E_EVI_…`.
        case eventReserved = "event_reserved"
        /// The caller does not have the role that the command takes.
        case forbidden
        /// No such subscription.
        case subscriptionNotFound = "subscription_not_found"
        /// No such occurrence is remembered.
        case occurrenceNotFound = "occurrence_not_found"
        /// The script has no route of this name.
        case routeNotFound = "route_not_found"
        /// The text given is no SIP message, or not of the kind that the route is for.
        case invalidMessage = "invalid_message"
        /// No command of this name exists.
        case commandNotFound = "command_not_found"
        /// The limit on events is reached.
        case tooManyEvents = "too_many_events"
        /// The limit on subscriptions is reached.
        case tooManySubscriptions = "too_many_subscriptions"
        /// The idempotency key was used for another raise.
        case idempotencyKeyReused = "idempotency_key_reused"
        /// The first raise under the idempotency key is under way.
        case idempotencyKeyInUse = "idempotency_key_in_use"
        /// The service ended while it raised under the idempotency key: whether it did is not known.
        case idempotencyKeyUnresolved = "idempotency_key_unresolved"
        /// The limit on idempotency keys is reached.
        case tooManyIdempotencyKeys = "too_many_idempotency_keys"
        /// The change could not be made durable for want of room, and was taken back.
        case insufficientStorage = "insufficient_storage"
        /// The change could not be made durable, and was taken back.
        case storeUnavailable = "store_unavailable"
        /// The command is about the program around the core, and there is none, or it is busy or stopping.
        case serviceUnavailable = "service_unavailable"
        /// Settings or script have errors, and stayed as they were.
        case reloadFailed = "reload_failed"
    }

    /// What is wrong with one argument. The raw value is the `code` of an entry in a problem's `errors`.
    public enum Fault: String, Sendable, CaseIterable {
        /// It must be given.
        case missing
        /// There is no such parameter.
        case unknown
        /// It was given twice.
        case duplicate
        /// It has another type.
        case wrongType = "wrong_type"
        /// A number below or above what is allowed.
        case outOfRange = "out_of_range"
        /// A text too long, or too many items.
        case tooLong = "too_long"
        /// It breaks its grammar.
        case badFormat = "bad_format"
        /// A socket of a scheme that no transport has.
        case unknownScheme = "unknown_scheme"
        /// An option of a socket is unknown, twice there, or has a bad value.
        case badOption = "bad_option"
        /// A socket whose address never receives.
        case unusableAddress = "unusable_address"
        /// It contradicts another argument.
        case conflict
    }

    /// What went wrong.
    public let code: Code
    /// One sentence for people: what was expected. Never contains a secret.
    public let message: String
    /// The command's parameter at fault, by its declared name; nil when no single one is.
    public let parameter: String?
    /// What is wrong with that parameter; nil where the parameter itself is in order.
    public let fault: Fault?

    /// An error.
    public init(
        _ code: Code, _ message: String, parameter: String? = nil, fault: Fault? = nil
    ) {
        self.code = code
        self.message = message
        self.parameter = parameter
        self.fault = fault
    }

    /// Most Unicode scalars of a stranger's text that a message repeats.
    static let excerptScalarsMax = 64

    /// The beginning of a stranger's text, for a message.
    static func excerpt(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard
            let end = scalars.index(
                scalars.startIndex, offsetBy: excerptScalarsMax, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return text }
        return String(scalars[..<end]) + "…"
    }

    /// What a transport said about a socket.
    init(_ error: SocketError, parameter: String = "socket") {
        let fault: Fault? =
            switch error.reason {
            case .unknownScheme: .unknownScheme
            case .malformed: .badFormat
            case .badOption: .badOption
            case .unusableAddress: .unusableAddress
            case .forbidden: nil
            }
        self.init(
            fault == nil ? .targetForbidden : .invalidSocket, error.message, parameter: parameter,
            fault: fault)
    }

    /// What the journal said about a change.
    init(_ error: JournalError) {
        switch error {
        case .full:
            self.init(
                .insufficientStorage,
                "The disk that holds the state is full; nothing was changed. Try again later.")
        case .unavailable(let reason):
            self.init(
                .storeUnavailable,
                "The state could not be written (\(reason)); nothing was changed.")
        }
    }
}
