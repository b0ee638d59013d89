/// What a stranger's JSON may be at most. Its size in bytes is limited where it is received.
public enum JSONLimits {
    /// Most arrays and objects inside each other. One more is `JSONError.Code.tooDeep`.
    public static let depthMax = 64
}
