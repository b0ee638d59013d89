/// What can be set about files that are written to.
public struct FlatstoreSettings: Sendable, Equatable {
    /// The directory of all files; nil = every `flatstore:` socket is refused. Absolute, without
    /// `/` at its end.
    public var directory: String?
    /// The permissions of a file that is made, whatever the umask.
    public var permissions: UInt32 = 0o640
    /// A file is rotated before it would grow beyond so many bytes; 0 = never for its size. Else at
    /// least `rotateBytesMin`: what `E_FLATSTORE_ROTATION` itself writes must not fill a file at
    /// once.
    public var rotateBytes = 0
    /// A file is rotated at its first line of a new period of so many seconds, which are counted
    /// from 1970 (86,400: at midnight, UTC); 0 = never for its age.
    public var rotateSeconds = 0
    /// Most files that are open; beyond it the one not written to for longest is closed (OpenSIPS:
    /// 100).
    public var openFilesMax = 100
    /// How deliveries are queued.
    public var delivery = DeliverySettings()

    /// The least of `rotateBytes`, unless 0.
    public static let rotateBytesMin = 4_096

    /// The defaults.
    public init() {}
}
