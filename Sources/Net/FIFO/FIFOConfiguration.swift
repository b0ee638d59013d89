public import EventCore
internal import Glibc
public import WireFormats

/// How a command FIFO is served; the defaults are the settings' own.
public struct FIFOConfiguration: Sendable {
    /// Where it lies.
    public var path: String
    /// The directory whose FIFOs may be replied to; without a slash at its end.
    public var replyDirectory: String
    /// Who may open the FIFO, as permission bits.
    public var permissions: UInt32 = 0o600
    /// Most bytes of one command.
    public var commandBytesMax = 65_536
    /// How long the rest of a command is waited for.
    public var partialMilliseconds = 5_000
    /// How often it is looked whether the FIFO is still there.
    public var checkMilliseconds = 5_000
    /// When a reply FIFO is tried, counted from the reply: whoever has not opened it by the last is
    /// not there.
    public var replyTriesMilliseconds = [0, 2, 20, 150, 600]
    /// How long a reader may take for what does not fit into its FIFO.
    public var replyWriteMilliseconds = 1_000
    /// How long a reply waits for those of later commands to the same FIFO.
    public var replyGatherMilliseconds = 50
    /// Most reply FIFOs at a time; a command that names one more gets no reply.
    public var replyFIFOsMax = 256
    /// Most bytes of replies that wait; one more is dropped.
    public var replyBytesMax = 16_777_216

    /// A configuration.
    public init(path: String, replyDirectory: String) {
        self.path = path
        self.replyDirectory = replyDirectory
    }
}

/// What was written to a command FIFO.
public enum FIFOCommand: Sendable {
    /// A JSON text, perhaps broken.
    case json([UInt8])
    /// A command in lines.
    case lines(LineCommand)
    /// A command in lines whose parameters cannot be read.
    case malformed(command: String)
}

/// What answers commands that came through a FIFO, on the FIFO's own thread; must not block.
public protocol FIFOHandler: Sendable {
    /// Answers one command: at once, empty for no reply; or nil, and `later` gets the answer exactly
    /// once, from any thread.
    func answer(
        _ command: FIFOCommand, at now: Moment, later: @escaping @Sendable ([UInt8]) -> Void
    ) -> [UInt8]?

    /// Takes note of something that an operator may want to know. On the FIFO's thread.
    func note(_ notice: FIFONotice)
}

/// What happened to a command FIFO or to a reply. Names come from strangers: to be escaped in logs.
public enum FIFONotice: Sendable, Equatable {
    /// The FIFO had gone or was replaced, and was made anew.
    case recreated
    /// Its permissions had been changed, and were put right.
    case permissionsRestored
    /// Something that is not ours lies where the FIFO was; it is left alone and looked at again.
    case obstructed(SystemError)
    /// A command longer than allowed was skipped.
    case commandTooLong
    /// The rest of a command did not come.
    case commandIncomplete
    /// A line that begins no command was skipped.
    case noCommand
    /// A command was not run, because its reply may not go where it says.
    case replyRefused([UInt8])
    /// What lies at a reply's path is no FIFO, or not private: it has links.
    case notPrivateFIFO(String)
    /// Nobody read a reply FIFO.
    case nobodyReads(String)
    /// A reply could not be written, or there was no room for it.
    case replyFailed(String, errno: Int32)
}

/// What a command FIFO has done so far.
public struct FIFOCounters: Sendable, Equatable {
    /// Commands handed to the handler.
    public var commands = 0
    /// Commands that were refused, skipped or incomplete.
    public var skipped = 0
    /// Replies that were written.
    public var replies = 0
    /// Replies that nobody took, or that could not be written.
    public var repliesDropped = 0
    /// How often the FIFO was made anew.
    public var recreated = 0
}
