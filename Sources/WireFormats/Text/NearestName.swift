/// "Did you mean …?"
public enum NearestName {
    /// ` Did you mean 'listen'?`, or nothing where no name is near enough to be meant.
    public static func hint(_ name: String, among names: [String]) -> String {
        guard let near = nearest(to: name, among: names) else { return "" }
        return " Did you mean '\(near)'?"
    }

    /// The name with the fewest differences, if at most a third of the letters differ.
    public static func nearest(to name: String, among names: [String]) -> String? {
        let word = Array(name.utf8.prefix(lengthMax))
        let ranked = names.map { (name: $0, distance: distance(word, Array($0.utf8))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, best.name.utf8.count / 3) ? best.name : nil
    }

    /// Longer words are cut: nothing of ours is so long.
    private static let lengthMax = 64

    /// Letters to insert, remove, replace or swap with their neighbour (optimal string alignment).
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...other.count)
        for (row, letter) in one.enumerated() {
            var line = [row + 1]
            for (column, candidate) in other.enumerated() {
                var best = min(
                    last[column] + (letter == candidate ? 0 : 1), last[column + 1] + 1,
                    line[column] + 1)
                if row > 0, column > 0, letter == other[column - 1], candidate == one[row - 1] {
                    best = min(best, beforeLast[column - 1] + 1)
                }
                line.append(best)
            }
            beforeLast = last
            last = line
        }
        return last[other.count]
    }
}
