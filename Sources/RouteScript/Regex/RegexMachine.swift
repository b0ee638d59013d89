/// Runs a program over a text, all ways at once, so that the time is linear in the text: no byte is
/// looked at twice, and at each there are at most as many threads as the program has steps.
struct RegexMachine: ~Copyable {
    private let program: RegexProgram
    private let beginning: RegexBeginning
    private let lines: Bool
    private let slotCount: Int
    private var current: ThreadList
    private var upcoming: ThreadList
    /// The places of the groups on the way that is followed.
    private var slots: [Int]
    /// Threads looked at so far: what the searches cost.
    private(set) var work = 0
    private let workMax: Int
    /// Steps still to be followed, with what a `save` has to restore behind them.
    private var pending: [Pending] = []

    private enum Pending {
        case follow(Int)
        case restore(slot: Int, place: Int)
    }

    /// `remembersGroups`: else only whether there is a match is found out. After looking at
    /// `workMax` threads nothing is found any more.
    init(
        _ program: RegexProgram, _ beginning: RegexBeginning, lines: Bool, remembersGroups: Bool,
        workMax: Int
    ) {
        self.workMax = workMax
        self.program = program
        self.beginning = beginning
        self.lines = lines
        slotCount = remembersGroups ? program.groupCount * 2 : 0
        current = ThreadList(steps: program.steps.count, slots: slotCount)
        upcoming = ThreadList(steps: program.steps.count, slots: slotCount)
        slots = [Int](repeating: -1, count: slotCount)
    }

    /// Whether a search gave up: then it is not known whether there is a match.
    var isExhausted: Bool { work > workMax }

    /// Whether anything matches; stops at the first way that does.
    mutating func matches(_ text: Span<UInt8>) -> Bool {
        find(text, from: 0, stopsAtFirst: true) != nil
    }

    /// The leftmost match at or behind `start`, the longest of those that begin there: places of
    /// the groups, -1 where a group took no part. Among several ways to the same end it is the one
    /// that a greedy search comes to first.
    mutating func find(
        _ text: Span<UInt8>, from start: Int, stopsAtFirst: Bool = false
    ) -> [Int]? {
        var best: [Int]?
        upcoming.removeAll()
        var place = start
        while true {
            if upcoming.isEmpty {
                guard best == nil, let next = beginning.next(from: place, in: text) else { break }
                place = next
                // Steps that were entered in vain at another place.
                upcoming.removeAll()
            }
            // Ways that begin here come behind those that began before: leftmost wins.
            if best == nil, beginning.isPossible(at: place, in: text) {
                begin(at: place, in: text)
            }
            swap(&current, &upcoming)
            upcoming.removeAll()
            work += 1 + current.count
            if isExhausted { return nil }
            for thread in 0..<current.count {
                let step = current[thread]
                switch program.steps[step] {
                case .accept:
                    if stopsAtFirst { return [] }
                    best = current.accepted(thread, at: place, insteadOf: best)
                case .take(let set):
                    guard place < text.count, set.contains(text[place]) else { continue }
                    if let best, current.start(thread) > best[0] { continue }
                    current.copySlots(thread, into: &slots)
                    follow(step + 1, at: place + 1, in: text)
                default: break
                }
            }
            guard place < text.count else { break }
            place += 1
        }
        return best
    }

    private mutating func begin(at place: Int, in text: Span<UInt8>) {
        if slotCount > 0 {
            for slot in 0..<slotCount { slots[slot] = -1 }
            slots[0] = place
        }
        follow(0, at: place, in: text)
    }

    /// Goes on from a step without taking a byte, to all steps that take one or accept;
    /// they become threads of the upcoming place.
    private mutating func follow(_ first: Int, at place: Int, in text: Span<UInt8>) {
        switch program.steps[first] {
        case .take, .accept:
            // Nothing to follow, as mostly.
            if upcoming.insert(first) { upcoming.keep(first, slots) }
            return
        default: break
        }
        // A stack of our own: patterns are as deep as their writers like.
        pending.append(.follow(first))
        while let next = pending.popLast() {
            switch next {
            case .restore(let slot, let place): slots[slot] = place
            case .follow(let step):
                guard upcoming.insert(step) else { continue }
                switch program.steps[step] {
                case .take, .accept: upcoming.keep(step, slots)
                case .jump(let target): pending.append(.follow(target))
                case .split(let one, let other):
                    pending.append(.follow(other))
                    pending.append(.follow(one))
                case .save(let slot):
                    if slotCount > 0 {
                        pending.append(.restore(slot: slot, place: slots[slot]))
                        slots[slot] = place
                    }
                    pending.append(.follow(step + 1))
                case .assert(let assertion):
                    if assertion.holds(at: place, in: text, lines: lines) {
                        pending.append(.follow(step + 1))
                    }
                }
            }
        }
    }
}

/// The threads at one byte, in their order of preference; at most one for each step.
private struct ThreadList {
    /// The round in which a step was entered last: nothing has to be wiped between bytes.
    private var entered: [Int]
    private var round = 1
    /// The steps that threads are in; only the first `count` count.
    private var threads: [Int]
    private(set) var count = 0
    /// `slotCount` places for each thread.
    private var slots: [Int] = []
    private let slotCount: Int

    init(steps: Int, slots slotCount: Int) {
        entered = [Int](repeating: 0, count: steps)
        threads = entered
        self.slotCount = slotCount
    }

    var isEmpty: Bool { count == 0 }

    /// The step that a thread is in.
    subscript(thread: Int) -> Int { threads[thread] }

    mutating func removeAll() {
        round += 1
        count = 0
        if slotCount > 0 { slots.removeAll(keepingCapacity: true) }
    }

    /// Whether the step was not entered before at this byte.
    mutating func insert(_ step: Int) -> Bool {
        guard entered[step] != round else { return false }
        entered[step] = round
        return true
    }

    mutating func keep(_ step: Int, _ places: [Int]) {
        threads[count] = step
        count += 1
        if slotCount > 0 { slots.append(contentsOf: places) }
    }

    /// Where a thread's match began.
    func start(_ thread: Int) -> Int { slotCount == 0 ? 0 : slots[thread * slotCount] }

    func copySlots(_ thread: Int, into places: inout [Int]) {
        for slot in 0..<slotCount { places[slot] = slots[thread * slotCount + slot] }
    }

    /// The better one of a match found before and that of this thread, which ends at `place`:
    /// rather the one that began first, then the longer one, then the older one.
    func accepted(_ thread: Int, at place: Int, insteadOf best: [Int]?) -> [Int] {
        var match = Array(slots[(thread * slotCount)..<((thread + 1) * slotCount)])
        match[1] = place
        guard let best, best[0] < match[0] || best[0] == match[0] && best[1] >= place else {
            return match
        }
        return best
    }
}
