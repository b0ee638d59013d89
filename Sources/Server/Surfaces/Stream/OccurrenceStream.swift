internal import EventCore
internal import Net
internal import Synchronization
internal import WireFormats

/// The live stream as one client reads it.
///
/// A client that reads too slowly loses its place when what it has not read yet is forgotten: it is told how much
/// it misses, and the stream ends. Whoever comes back with `Last-Event-ID` is told the same, and goes on.
final class OccurrenceStream: HTTPStream {
    /// How it is written down.
    enum Format: Sendable {
        /// Server-sent events (HTML Standard §9.2): `id`, `data`; `event` for what is no occurrence.
        case events
        /// A line of JSON each.
        case lines
    }

    private let feed: OccurrenceFeed
    private let format: Format
    /// Only events that one of each of these matches; an empty list matches none.
    private let globs: [[EventGlob]]
    private let generation: Int
    private let state: Lock<State>

    private struct State {
        /// The number of the next occurrence to be sent.
        var next: UInt64
        /// What comes before everything else.
        var greeting: [UInt8]
        var isBehind = false
    }

    /// A stream from number `start` on. `misses`: the client has missed what cannot be counted, because the service
    /// was started again since.
    init(
        _ feed: OccurrenceFeed, _ format: Format, from start: UInt64, only globs: [[EventGlob]],
        misses: Bool
    ) {
        self.feed = feed
        self.format = format
        self.globs = globs
        generation = feed.generation
        var greeting: [UInt8] = []
        if format == .events { greeting.append(ascii: "retry: 2000\n\n") }
        state = Lock(State(next: start, greeting: greeting))
        if misses { state.withLock { write(lost: nil, to: &$0.greeting) } }
        // What the first run finds forgotten was lost before: that is no reason to end.
        let forgotten = feed.run(from: start).forgotten
        guard forgotten > 0 else { return }
        state.withLock { state in
            write(lost: forgotten, to: &state.greeting)
            state.next += forgotten
        }
    }

    func read(into bytes: inout [UInt8], bytesMax: Int) -> Bool {
        state.withLock { state in
            bytes += state.greeting
            state.greeting = []
            guard feed.generation == generation else {
                write(end: "reloaded", to: &bytes)
                return false
            }
            while bytes.count < bytesMax {
                let run = feed.run(from: state.next)
                guard run.forgotten == 0 else {
                    write(lost: run.forgotten, to: &bytes)
                    write(end: "slow", to: &bytes)
                    return false
                }
                if run.items.isEmpty { break }
                for item in run.items where isWanted(item.event) { write(item, to: &bytes) }
                state.next = run.next
            }
            return true
        }
    }

    func beat(into bytes: inout [UInt8]) {
        bytes.append(ascii: format == .events ? ":\n\n" : "\n")
    }

    func farewell(into bytes: inout [UInt8]) { write(end: "stopping", to: &bytes) }

    func ended() { feed.leave() }

    private func isWanted(_ event: String) -> Bool {
        globs.allSatisfy { $0.contains { $0.matches(event) } }
    }

    private func write(_ item: OccurrenceFeed.Item, to bytes: inout [UInt8]) {
        guard format == .events else {
            bytes += item.text
            bytes.append(UInt8(ascii: "\n"))
            return
        }
        bytes.append(ascii: "id: ")
        bytes.append(item.id)
        bytes.append(ascii: "\ndata: ")
        bytes += item.text
        bytes.append(ascii: "\n\n")
    }

    /// So many occurrences are not remembered any more; nil: nobody can say how many.
    private func write(lost count: UInt64?, to bytes: inout [UInt8]) {
        let number = count.map { String($0) } ?? "null"
        switch format {
        case .events: bytes += #"event: lost\#ndata: {"lost":\#(number)}\#n\#n"#.utf8
        case .lines: bytes += #"{"lost":\#(number)}\#n"#.utf8
        }
    }

    private func write(end reason: String, to bytes: inout [UInt8]) {
        switch format {
        case .events: bytes += #"event: end\#ndata: {"end":"\#(reason)"}\#n\#n"#.utf8
        case .lines: bytes += #"{"end":"\#(reason)"}\#n"#.utf8
        }
    }
}
