public import WireFormats

/// Reads a `StreamPeer`'s connections message by message; a new connection when the one before has
/// ended.
public final class StreamMessages {
    /// Where it reads.
    public let peer: StreamPeer
    private let framing: StreamFraming
    private var connection: StreamPeer.Connection?
    private var splitter: StreamSplitter
    /// Connections accepted so far.
    public private(set) var connections = 0

    /// Nothing read yet.
    public init(_ peer: StreamPeer, framing: StreamFraming = .none) {
        self.peer = peer
        self.framing = framing
        splitter = StreamSplitter(framing: framing)
    }

    /// The next message, waited for at most 20 seconds; nil without one, or when something else
    /// comes.
    public func next() -> String? {
        do throws(StreamError) {
            while true {
                if let message = try splitter.next() {
                    return String(decoding: message, as: UTF8.self)
                }
                guard let more = read() else { return nil }
                splitter.append(more.span)
            }
        } catch {
            return nil
        }
    }

    /// Writes an answer to where the last message came from.
    public func answer(_ text: String) {
        connection?.write(text)
    }

    private func read() -> [UInt8]? {
        while true {
            if let bytes = connection?.readSome() { return bytes }
            connection = peer.accept()
            guard connection != nil else { return nil }
            connections += 1
            splitter = StreamSplitter(framing: framing)
        }
    }
}
