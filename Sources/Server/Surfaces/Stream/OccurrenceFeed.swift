internal import EventCore
internal import Net
internal import Synchronization
internal import WireFormats

/// The newest occurrences as JSON texts, each written once for all clients of the live stream. It asks the core for
/// what came since it asked last, when a client asks for more; what is older than its window, it asks for again.
final class OccurrenceFeed: Sendable {
    /// One occurrence, ready to be sent.
    struct Item: Sendable {
        let id: OccurrenceID
        let event: String
        /// `{"id":…,"event":…,"time":…,"params":…,"matched":…}`, without a line feed.
        let text: [UInt8]
    }

    /// What a client has not been sent yet.
    struct Run {
        let items: [Item]
        /// Where its next run begins.
        let next: UInt64
        /// How many before them are not remembered any more.
        let forgotten: UInt64
    }

    /// Items kept for clients that keep up, and bytes of their texts.
    private static let windowMax = 1_024
    private static let windowBytesMax = 1 << 20
    /// Most items of one run.
    private static let runMax = 256

    private let interface: EventInterface
    private let state: Lock<State>

    private struct State {
        /// The newest items, one number after the other.
        var window: [Item] = []
        var windowBytes = 0
        /// The number behind the newest item.
        var next: UInt64
        /// Clients now.
        var streams = 0
        let streamsMax: Int
        /// How often all clients were told to come again.
        var generation = 0
    }

    /// A feed for at most `streamsMax` clients at a time.
    init(_ interface: EventInterface, streamsMax: Int) {
        self.interface = interface
        state = Lock(State(next: interface.nextOccurrence, streamsMax: streamsMax))
    }

    /// What came from number `sequence` on. Any thread; blocks no longer than a look at the core.
    func run(from sequence: UInt64) -> Run {
        state.withLock { state in
            if sequence > state.next {
                // Nobody asked for a while: the window goes on here.
                state.window = []
                state.windowBytes = 0
                state.next = sequence
            }
            if sequence == state.next { extend(&state) }
            let behind = Int(state.next - sequence)
            guard behind <= state.window.count else { return ask(from: sequence) }
            let items = state.window.suffix(behind).prefix(Self.runMax)
            return Run(items: Array(items), next: sequence + UInt64(items.count), forgotten: 0)
        }
    }

    /// The number of the occurrence behind the one with this id, if a client has that last; nil where it is of another
    /// process, or has not been raised.
    func place(after id: OccurrenceID) -> UInt64? {
        guard id.epoch == interface.epoch, id.sequence < interface.nextOccurrence else {
            return nil
        }
        return id.sequence + 1
    }

    /// The number of the next occurrence.
    var end: UInt64 { interface.nextOccurrence }

    /// Ends every stream: its client may come again, if it still may.
    func sendAway() { state.withLock { $0.generation += 1 } }

    var generation: Int { state.withLock { $0.generation } }

    /// Whether there is room for one more client, who is then counted.
    func enter() -> Bool {
        state.withLock { state in
            guard state.streams < state.streamsMax else { return false }
            state.streams += 1
            if state.streams == 1 { interface.isListenedTo(true) }
            return true
        }
    }

    /// A client has gone.
    func leave() {
        state.withLock { state in
            state.streams -= 1
            if state.streams == 0 { interface.isListenedTo(false) }
        }
    }

    private func extend(_ state: inout State) {
        let run = interface.occurrences(from: state.next, count: Self.runMax)
        if run.forgotten > 0 {
            state.window = []
            state.windowBytes = 0
        }
        for item in run.items.map(Self.item) {
            state.window.append(item)
            state.windowBytes += item.text.count
        }
        state.next = run.next
        var surplus = 0
        // The newest stays, however long.
        while state.window.count - surplus > 1,
            state.window.count - surplus > Self.windowMax || state.windowBytes > Self.windowBytesMax
        {
            state.windowBytes -= state.window[surplus].text.count
            surplus += 1
        }
        state.window.removeFirst(surplus)
    }

    private func ask(from sequence: UInt64) -> Run {
        let run = interface.occurrences(from: sequence, count: Self.runMax)
        return Run(items: run.items.map(Self.item), next: run.next, forgotten: run.forgotten)
    }

    private static func item(_ item: OccurrenceRun.Item) -> Item {
        var text: [UInt8] = []
        text.append(ascii: "{")
        Representation.writeHead(of: item.occurrence, to: &text)
        text.append(ascii: #","matched":"#)
        text.append(decimal: item.matched)
        text.append(ascii: "}")
        return Item(id: item.occurrence.id, event: item.occurrence.event, text: text)
    }
}
