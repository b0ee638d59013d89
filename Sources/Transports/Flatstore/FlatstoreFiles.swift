internal import Cepoll
internal import Glibc
internal import Net

/// The files of one directory: which are open, and when one is rotated. Used by one thread; calls
/// may block as long as the file system does.
final class FlatstoreFiles {
    private let settings: FlatstoreSettings
    private let path: String
    private let rotated: (FlatstoreRotation) -> Void
    private var directory: Directory?
    private var open: LeastRecentlyUsed<String, FlatstoreFile>

    /// Owns the directory's descriptor: a class, because there may be none.
    private final class Directory {
        let descriptor: FileDescriptor
        init(_ descriptor: consuming FileDescriptor) { self.descriptor = descriptor }
    }

    /// Files in `path`, the directory of `settings`; nothing is opened yet. `rotated` is told of
    /// each rotation.
    init(
        in path: String, settings: FlatstoreSettings,
        rotated: @escaping (FlatstoreRotation) -> Void
    ) {
        self.path = path
        self.settings = settings
        self.rotated = rotated
        open = LeastRecentlyUsed(capacity: settings.openFilesMax)
    }

    /// Appends lines to the file called `name`, which is made where it is missing, and rotates it
    /// where it is time. `wall`: milliseconds since 1970.
    func append(_ lines: [[UInt8]], to name: String, wall: Int64) -> FlatstoreFile.Written {
        var done = FlatstoreFile.Written()
        while done.lines < lines.count, done.error == nil {
            do throws(SystemError) {
                let file = try file(name, room: lines[done.lines].count, wall: wall)
                let end = fit(lines, from: done.lines, into: file)
                let part = file.append(lines[done.lines..<end], wall: wall)
                done.lines += part.lines
                done.error = part.error
            } catch {
                done.error = error
            }
        }
        return done
    }

    /// Rotates a file because somebody asked for it. One that has been renamed already is only
    /// opened anew, one that is empty or missing is left alone.
    func rotate(_ name: String, wall: Int64) throws(SystemError) {
        let file: FlatstoreFile
        if let known = open.use(name) {
            file = known
        } else {
            file = try FlatstoreFile(
                name, in: try directoryNow().descriptor, making: nil, wall: wall)
            open.set(name, file)
        }
        guard file.look(), file.isCalled(name, in: try directoryNow().descriptor) else {
            open.remove(name)
            return tell(.mi, name, oldName: nil, wall)
        }
        if file.size > 0 { rotate(file, name, .mi, wall) }
    }

    /// Closes all: what is written next goes to what then has the name.
    func reopen() {
        open = LeastRecentlyUsed(capacity: settings.openFilesMax)
        directory = nil
    }

    // MARK: Which file

    /// The file to write `room` bytes to: the one that is open, unless it was deleted or is to be
    /// rotated first.
    private func file(
        _ name: String, room: Int, wall: Int64
    ) throws(SystemError) -> FlatstoreFile {
        if let known = open.use(name), known.look(), !isRotated(known, name, room, wall) {
            return known
        }
        var file = try make(name, wall: wall)
        if isRotated(file, name, room, wall) { file = try make(name, wall: wall) }
        open.set(name, file)
        return file
    }

    private func make(_ name: String, wall: Int64) throws(SystemError) -> FlatstoreFile {
        try FlatstoreFile(
            name, in: try directoryNow().descriptor, making: settings.permissions, wall: wall)
    }

    /// Rotates the file if it is time; whether that was done.
    private func isRotated(
        _ file: FlatstoreFile, _ name: String, _ room: Int, _ wall: Int64
    ) -> Bool {
        guard let reason = reason(to: file, room, wall) else { return false }
        return rotate(file, name, reason, wall)
    }

    /// Why a file has to be rotated before `room` more bytes; an empty one never is.
    private func reason(
        to file: FlatstoreFile, _ room: Int, _ wall: Int64
    ) -> FlatstoreRotation.Reason? {
        guard file.size > 0 else { return nil }
        if settings.rotateBytes > 0, file.size + room > settings.rotateBytes { return .size }
        let period = Int64(settings.rotateSeconds) * 1_000
        if period > 0, wall / period > file.time / period { return .period }
        return nil
    }

    /// Where the lines end that go to `file` before it is full; at least one goes.
    private func fit(_ lines: [[UInt8]], from start: Int, into file: FlatstoreFile) -> Int {
        guard settings.rotateBytes > 0 else { return lines.count }
        var size = file.size + lines[start].count
        var end = start + 1
        while end < lines.count, size + lines[end].count <= settings.rotateBytes {
            size += lines[end].count
            end += 1
        }
        return end
    }

    private func directoryNow() throws(SystemError) -> Directory {
        if let directory { return directory }
        let number = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard number >= 0 else { throw .last(path) }
        let opened = Directory(FileDescriptor(owning: number))
        directory = opened
        return opened
    }

    // MARK: Rotation

    /// Gives the file its other name; false where that fails: then lines go on going to it, and the
    /// next one tries again. Nothing is ever overwritten.
    @discardableResult
    private func rotate(
        _ file: FlatstoreFile, _ name: String, _ reason: FlatstoreRotation.Reason, _ wall: Int64
    ) -> Bool {
        guard let directory, file.isCalled(name, in: directory.descriptor) else {
            // Somebody has renamed it: what has the name now, or is made under it, is as new as can
            // be.
            open.remove(name)
            return true
        }
        for number in 1...FlatstoreRotation.namesMax {
            let oldName = FlatstoreRotation.name(of: name, at: wall, number: number)
            switch rename(name, to: oldName, in: directory.descriptor) {
            case 0:
                open.remove(name)
                tell(reason, name, oldName: oldName, wall)
                return true
            case EEXIST: continue
            default: return false
            }
        }
        return false
    }

    /// 0, or the errno.
    private func rename(
        _ name: String, to other: String, in directory: borrowing FileDescriptor
    ) -> Int32 {
        if carillon_rename_unless_there(directory.number, name, other) == 0 { return 0 }
        // A file system that cannot promise it: nobody else makes files of such names.
        guard errno == EINVAL else { return errno }
        var status = stat()
        if fstatat(directory.number, other, &status, AT_SYMLINK_NOFOLLOW) == 0 { return EEXIST }
        return renameat(directory.number, name, directory.number, other) == 0 ? 0 : errno
    }

    private func tell(
        _ reason: FlatstoreRotation.Reason, _ name: String, oldName: String?, _ wall: Int64
    ) {
        rotated(
            FlatstoreRotation(
                reason: reason, file: path + "/" + name, oldFile: oldName.map { path + "/" + $0 },
                time: wall))
    }
}
