import Glibc

/// Nanoseconds of CPU that `work` takes on this thread: what else the machine does is not counted.
func nanoseconds(_ work: () throws -> Void) rethrows -> Double {
    let started = read(CLOCK_THREAD_CPUTIME_ID)
    try work()
    return read(CLOCK_THREAD_CPUTIME_ID) - started
}

/// CPU nanoseconds this process has used so far, all threads.
func usedNanoseconds() -> Double { read(CLOCK_PROCESS_CPUTIME_ID) }

/// Resident memory of this process, bytes.
func residentBytes() throws -> Int {
    let file = fopen("/proc/self/statm", "r")
    defer { if let file { fclose(file) } }
    var line = [CChar](repeating: 0, count: 256)
    guard let file, fgets(&line, 256, file) != nil else { throw MeasuringError.noMemoryFigures }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let words = text.split(separator: " ")
    guard words.count > 1, let pages = Int(words[1]) else { throw MeasuringError.noMemoryFigures }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}

enum MeasuringError: Error {
    case noMemoryFigures
    case unexpectedReply
}

private func read(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}
