import Net
import TestSupport
import Testing

@Suite("Least recently used")
struct LeastRecentlyUsedTests {
    @Test("a new key takes the place of the one unused for longest")
    func eviction() {
        var cache = LeastRecentlyUsed<String, Int>(capacity: 3)
        for (key, value) in [("a", 1), ("b", 2), ("c", 3)] { cache.set(key, value) }
        #expect(cache.isFull)
        #expect(cache.use("a") == 1)
        cache.set("d", 4)
        #expect(cache.use("b") == nil)
        #expect(cache.use("a") == 1)
        #expect(cache.use("c") == 3)
        #expect(cache.count == 3)
    }

    @Test("10,000 random operations leave it equal to a plain list in order of use")
    func model() {
        var random = SeededRandom(seed: 7)
        var cache = LeastRecentlyUsed<Int, Int>(capacity: 8)
        // Newest last.
        var list: [(key: Int, value: Int)] = []
        for step in 0..<10_000 {
            let key = Int.random(in: 0..<14, using: &random)
            let place = list.firstIndex { $0.key == key }
            switch Int.random(in: 0..<4, using: &random) {
            case 0:
                cache.remove(key)
                if let place { list.remove(at: place) }
            case 1:
                cache.set(key, step)
                if let place { list.remove(at: place) }
                if list.count == 8 { list.removeFirst() }
                list.append((key, step))
            default:
                let expected = place.map { list[$0] }
                #expect(cache.use(key) == expected?.value)
                if let place { list.append(list.remove(at: place)) }
            }
            #expect(cache.count == list.count)
        }
    }
}
