/// A command that changed something or failed to, or that its caller may not give: what the audit is told.
public struct AuditRecord: Sendable {
    /// Who gave it, and from where.
    public let caller: Caller
    /// What it was.
    public let command: Command
    /// What came of it. A change is told of when it is durable.
    public let result: Result<CommandReply, CommandError>
    /// What the service ended by itself; nil for what a caller did.
    public let end: End?

    /// A subscription that nobody unsubscribed, and why it ended.
    public struct End: Sendable {
        /// Its event.
        public let event: String
        /// Its socket, masked.
        public let socket: String
        /// Why.
        public let reason: EndReason
    }

    init(
        caller: Caller, command: Command, result: Result<CommandReply, CommandError>,
        end: End? = nil
    ) {
        self.caller = caller
        self.command = command
        self.result = result
        self.end = end
    }
}

/// Takes records: on the thread that gave the command or on the journal's queue, never under the core's lock. Must not
/// block.
public typealias Audit = @Sendable (AuditRecord) -> Void
