internal import Glibc

/// Asks every few milliseconds until the answer is yes, or gives up after `seconds`: for what no event announces.
public func eventually(
    within seconds: Double = 30, everyMilliseconds pause: Int32 = 5, _ condition: () throws -> Bool
) rethrows -> Bool {
    var start = timespec()
    clock_gettime(CLOCK_MONOTONIC, &start)
    while true {
        if try condition() { return true }
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let elapsed = Double(now.tv_sec - start.tv_sec) + Double(now.tv_nsec - start.tv_nsec) / 1e9
        if elapsed > seconds { return false }
        poll(nil, 0, pause)
    }
}
