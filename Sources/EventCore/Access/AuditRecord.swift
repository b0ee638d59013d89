/// A command that changed something or failed to, or that its caller may not give: what the audit is told.
public struct AuditRecord: Sendable {
    /// Who gave it, and from where.
    public let caller: Caller
    /// What it was.
    public let command: Command
    /// What came of it. A change is told of when it is durable.
    public let result: Result<CommandReply, CommandError>
}

/// Takes records: on the thread that gave the command or on the journal's queue, never under the core's lock. Must not
/// block.
public typealias Audit = @Sendable (AuditRecord) -> Void
