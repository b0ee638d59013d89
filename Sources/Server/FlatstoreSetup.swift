internal import EventCore
internal import Logging
internal import Net
internal import Transports

/// What the settings say about files that lines are written to, and the event that tells of their
/// rotation.
extension Carillon {
    /// The settings of the transport flatstore. Throws for a directory that is none, permissions
    /// that are none, and a size that is too small.
    static func flatstoreSettings(_ settings: Settings) throws(StartError) -> FlatstoreSettings {
        var flatstore = FlatstoreSettings()
        if let directory = settings.flatstoreDirectory {
            let path = withoutSlashes(directory)
            guard path.hasPrefix("/"), Files.isDirectory(path) else {
                throw StartError(
                    "--flatstore-directory \(directory): expected the absolute path of a directory, not the root's."
                )
            }
            flatstore.directory = path
        }
        guard let permissions = UInt32(settings.flatstorePermissions, radix: 8),
            0o200...0o777 ~= permissions
        else {
            throw StartError(
                "--flatstore-permissions \(settings.flatstorePermissions): expected octal digits, 200 to 777."
            )
        }
        flatstore.permissions = permissions
        let bytes = settings.flatstoreRotateBytes
        guard bytes == 0 || bytes >= FlatstoreSettings.rotateBytesMin else {
            throw StartError(
                "--flatstore-rotate-size \(bytes): expected 0, or \(FlatstoreSettings.rotateBytesMin) at least."
            )
        }
        flatstore.rotateBytes = bytes
        flatstore.rotateSeconds = settings.flatstoreRotateSeconds
        flatstore.openFilesMax = settings.flatstoreFilesMax
        return flatstore
    }

    /// A path without the slashes at its end; of the root nothing is left.
    private static func withoutSlashes(_ path: String) -> String {
        var path = path
        while path.hasSuffix("/") { path.removeLast() }
        return path
    }

    /// Raises `E_FLATSTORE_ROTATION` for each rotation, with what OpenSIPS sends: the time in
    /// seconds, why, the path that lines go to, and the path of those before, where that is known.
    static func announceRotations(
        of files: ReopenedFiles, on interface: EventInterface, log: Logger
    ) throws(StartError) {
        let module: EventModule
        do throws(CommandError) {
            module = try EventModule(
                "event_flatstore", on: interface,
                events: [
                    EventModule.Row(
                        "E_FLATSTORE_ROTATION",
                        params: ["timestamp", "reason", "filename", "old_filename"],
                        summary: "A log file was rotated; reason is size, period or mi.")
                ])
        } catch {
            throw StartError("E_FLATSTORE_ROTATION cannot be published: \(error.message)")
        }
        files.onRotation { rotation in
            do throws(CommandError) {
                try module.raise(
                    "E_FLATSTORE_ROTATION",
                    [
                        .integer(rotation.time / 1_000), .string(rotation.reason.rawValue),
                        .string(rotation.file), rotation.oldFile.map { .string($0) },
                    ], at: Clock.now())
            } catch {
                log.error("FLATSTORE(\(rotation.file)): rotation not raised: \(error.message)")
            }
        }
    }
}
