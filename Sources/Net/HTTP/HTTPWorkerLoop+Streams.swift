internal import EventCore
internal import Glibc
internal import Synchronization
internal import WireFormats

/// Answers without an end.
extension HTTPWorkerLoop {
    /// Most bytes that a stream is asked for at a time.
    static let streamBytesMax = 65_536
    /// What the kernel keeps for a client that does not read; left to itself it would keep 4 MB.
    static let streamKernelBytesMax: Int32 = 262_144
    /// So often a stream is asked in one turn; then others have theirs.
    private static let readsPerTurnMax = 4

    /// Begins a stream as the answer to the request that is being answered. HEAD gets the header
    /// alone.
    mutating func begin(_ stream: any HTTPStream, _ slot: UInt32) {
        let connection = table[slot]
        worker.counts.answers.add(response.label, response.status)
        guard !connection.pointee.flags.contains(.headOnly) else {
            output.write(response, connection.pointee.flags)
            return stream.ended()
        }
        connection.pointee.flags.remove(.closing)
        var bytesMax = Self.streamKernelBytesMax
        setsockopt(
            connection.pointee.descriptor, SOL_SOCKET, SO_SNDBUF, &bytesMax,
            socklen_t(MemoryLayout<Int32>.size))
        connection.pointee.flags.insert(.streaming)
        streams[slot] = stream
        worker.counts.streams.store(streams.count, ordering: .sequentiallyConsistent)
        output.writeStreamHead(response, connection.pointee.flags)
        if stopDeadline != nil { return sayFarewell(slot) }
        // There may be more than one read gives.
        if read(stream, slot) { worker.ring() }
    }

    /// Sends every client of a stream what has come into being.
    mutating func feedStreams() {
        // What is published from here on rings again.
        worker.isRung.store(false, ordering: .sequentiallyConsistent)
        for slot in Array(streams.keys) { feed(slot) }
    }

    /// Goes on with a stream, unless its client still has something to take.
    mutating func feed(_ slot: UInt32) {
        var reads = 0
        while let stream = streams[slot], table[slot].pointee.output == nil {
            guard reads < Self.readsPerTurnMax else { return worker.ring() }
            reads += 1
            guard read(stream, slot) else { return }
            flush(slot)
            if table[slot].pointee.flags.contains(.open) { settle(slot, isNew: true) }
        }
    }

    /// Shows that a stream lives that had nothing to say.
    mutating func beat(_ slot: UInt32) {
        streamBytes.removeAll(keepingCapacity: true)
        streams[slot]?.beat(into: &streamBytes)
        writeStreamBytes(slot)
        flush(slot)
        if table[slot].pointee.flags.contains(.open) { settle(slot, isNew: true) }
    }

    /// Ends every stream, because the server stops.
    mutating func endStreams() {
        for slot in Array(streams.keys) where table[slot].pointee.output == nil {
            sayFarewell(slot)
            flush(slot)
            if table[slot].pointee.flags.contains(.open) { settle(slot, isNew: true) }
        }
    }

    /// Forgets the stream of a connection, if it has one.
    mutating func forgetStream(_ slot: UInt32) {
        guard let stream = streams.removeValue(forKey: slot) else { return }
        worker.counts.streams.store(streams.count, ordering: .relaxed)
        stream.ended()
    }

    /// Writes what there is into `output`; false when that is nothing.
    private mutating func read(_ stream: any HTTPStream, _ slot: UInt32) -> Bool {
        streamBytes.removeAll(keepingCapacity: true)
        let goesOn = stream.read(into: &streamBytes, bytesMax: Self.streamBytesMax)
        writeStreamBytes(slot)
        if !goesOn { end(slot) }
        return !streamBytes.isEmpty || !goesOn
    }

    private mutating func sayFarewell(_ slot: UInt32) {
        streamBytes.removeAll(keepingCapacity: true)
        streams[slot]?.farewell(into: &streamBytes)
        writeStreamBytes(slot)
        end(slot)
    }

    /// After what is in `output` nothing follows.
    private mutating func end(_ slot: UInt32) {
        let connection = table[slot]
        if connection.pointee.flags.contains(.chunked) { output.writeLastChunk() }
        connection.pointee.flags.remove(.streaming)
        connection.pointee.flags.insert(.closing)
        forgetStream(slot)
    }

    private mutating func writeStreamBytes(_ slot: UInt32) {
        guard !streamBytes.isEmpty else { return }
        let isChunked = table[slot].pointee.flags.contains(.chunked)
        streamBytes.withUnsafeBufferPointer { bytes in
            if isChunked { output.writeChunk(bytes) } else { output.writePlain(bytes) }
        }
    }
}
