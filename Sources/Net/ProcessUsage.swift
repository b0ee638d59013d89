internal import EventCore
internal import Glibc

/// What this process takes of the machine at one moment. Reads files of `/proc`, which may take a millisecond where very
/// many descriptors are open; not for an event loop.
public struct ProcessUsage: Sendable {
    /// Processor time of all threads, seconds.
    public let processorSeconds: Double
    /// Memory that is resident, bytes.
    public let residentBytes: Int
    /// Descriptors that are open.
    public let descriptorsOpen: Int
    /// Descriptors that may be open.
    public let descriptorsMax: Int
    /// When it began, seconds since 1970.
    public let startSeconds: Double
    /// Threads it has.
    public let threads: Int

    /// As it is now; 0 for what the system does not tell.
    public init() {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        processorSeconds = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
        let fields = Self.statusFields()
        residentBytes = fields.pages * sysconf(Int32(_SC_PAGESIZE))
        threads = fields.threads
        let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        let now = Clock.now()
        let age = Double(now.boot) / 1e9 - Double(fields.startTicks) / ticks
        startSeconds = fields.startTicks == 0 ? 0 : Double(now.wall) / 1e3 - age
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue)), &limit)
        descriptorsMax = Int(clamping: limit.rlim_cur)
        descriptorsOpen = Self.descriptors()
    }

    /// proc(5), /proc/pid/stat: behind the name in brackets, field 20 is the threads, 22 the start, 24 the resident pages.
    private static func statusFields() -> (threads: Int, startTicks: Int, pages: Int) {
        var buffer = [UInt8](repeating: 0, count: 1_024)
        let descriptor = open("/proc/self/stat", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return (0, 0, 0) }
        defer { close(descriptor) }
        let count = read(descriptor, &buffer, buffer.count)
        guard count > 0, let name = buffer[..<count].lastIndex(of: UInt8(ascii: ")")) else {
            return (0, 0, 0)
        }
        let fields = buffer[(name + 1)..<count].split(separator: UInt8(ascii: " "))
        func field(_ number: Int) -> Int {
            let place = number - 3
            guard fields.indices.contains(place) else { return 0 }
            return Int(String(decoding: fields[place], as: UTF8.self)) ?? 0
        }
        return (field(20), field(22), field(24))
    }

    /// Newer kernels say how many there are as the size of the directory; older ones have them counted.
    private static func descriptors() -> Int {
        var status = stat()
        if stat("/proc/self/fd", &status) == 0, status.st_size > 0 { return Int(status.st_size) }
        guard let directory = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        // The directory itself was open while it was read.
        return max(0, count - 1)
    }
}
