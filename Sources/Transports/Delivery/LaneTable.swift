internal import EventCore
internal import Synchronization

/// The lanes of a schedule, by name and by place. A lane stays for a while when it has become idle: the next
/// delivery finds it at once, and what is known of a failing destination is not forgotten.
struct LaneTable<Target: DeliveryTarget> {
    private var lanes: [DestinationLane<Target>?] = []
    private var vacant: [Int] = []
    private var places: [String: Int] = [:]
    private var generations: UInt32 = 0
    private var hand = 0

    /// How many lanes there are.
    var count: Int { places.count }
    /// Places where lanes are or have been.
    var indices: Range<Int> { lanes.indices }

    /// The lane at a place; nil where there is none any more.
    subscript(index: Int) -> DestinationLane<Target>? {
        lanes[index]
    }

    /// Whether the lane of that time is still there.
    func isCurrent(_ place: TablePlace) -> Bool {
        place.index < lanes.count && lanes[place.index]?.generation == place.generation
    }

    /// The lane of a destination, made if there is none.
    mutating func place(of destination: Destination) -> TablePlace {
        let hinted = TablePlace(hint: destination.place.load(ordering: .relaxed))
        if isCurrent(hinted) { return hinted }
        let place = look(destination.name)
        destination.place.store(place.hint, ordering: .relaxed)
        return place
    }

    /// Forgets an idle lane, roughly the one not used for longest, and hands it out; nil if there is none.
    mutating func forgetOne() -> DestinationLane<Target>? {
        // Two rounds: in the first, lanes that were used meanwhile get a second chance.
        for _ in 0..<(2 * lanes.count) {
            hand = hand + 1 < lanes.count ? hand + 1 : 0
            guard let lane = lanes[hand], lane.isIdle else { continue }
            if lane.wasUsed {
                lane.wasUsed = false
                continue
            }
            lanes[hand] = nil
            vacant.append(hand)
            places[lane.name] = nil
            trim()
            return lane
        }
        return nil
    }

    private mutating func look(_ name: String) -> TablePlace {
        if let index = places[name], let generation = lanes[index]?.generation {
            return TablePlace(index: index, generation: generation)
        }
        generations &+= 1
        let lane = DestinationLane<Target>(name: name, generation: generations)
        while let index = vacant.popLast() {
            // Beyond the end: trimmed.
            guard index < lanes.count else { continue }
            lanes[index] = lane
            places[name] = index
            return TablePlace(index: index, generation: generations)
        }
        lanes.append(lane)
        places[name] = lanes.count - 1
        return TablePlace(index: lanes.count - 1, generation: generations)
    }

    /// Gives the memory of a burst back, from its end.
    private mutating func trim() {
        while !lanes.isEmpty, lanes[lanes.count - 1] == nil { lanes.removeLast() }
        if lanes.isEmpty { vacant = [] }
    }
}
