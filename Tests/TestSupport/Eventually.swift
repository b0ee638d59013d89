internal import Glibc

/// Whether `condition` comes true before `seconds` have passed; asked every millisecond. For what tells nobody
/// when it happens.
public func eventually(seconds: Int = 20, _ condition: () -> Bool) -> Bool {
    for _ in 0..<(seconds * 1_000) {
        if condition() { return true }
        usleep(1_000)
    }
    return condition()
}
