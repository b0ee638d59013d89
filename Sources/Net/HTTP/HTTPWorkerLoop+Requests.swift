internal import EventCore
internal import Glibc
internal import WireFormats

/// Receiving requests and answering them.
extension HTTPWorkerLoop {
    /// Receives once and answers every request that is complete.
    mutating func receive(_ slot: UInt32) {
        let connection = table[slot]
        if connection.pointee.flags.contains(.lingering) {
            drain(slot)
        } else if let input = connection.pointee.input {
            input.pointee.reserve(Self.bufferBytes / 4)
            let place = input.pointee.bytes + input.pointee.count
            let count = recv(
                connection.pointee.descriptor, place, input.pointee.capacity - input.pointee.count,
                0)
            guard count > 0 else { return ended(slot, count) }
            input.pointee.count += count
            resume(slot)
        } else {
            let count = recv(connection.pointee.descriptor, buffer, Self.bufferBytes, 0)
            guard count > 0 else { return ended(slot, count) }
            reader.pointee.reset()
            let rest = answer(slot, buffer, count, reader)
            guard connection.pointee.flags.contains(.open) else { return }
            if !rest.isEmpty {
                connection.pointee.input = HTTPInput.create(
                    buffer + rest.lowerBound, rest.count, reader.pointee)
            }
            settle(slot, isNew: true)
        }
    }

    /// Goes on with the bytes that wait, after more of them came or what they waited for.
    mutating func resume(_ slot: UInt32) {
        let connection = table[slot]
        guard let input = connection.pointee.input else { return settle(slot, isNew: true) }
        let before = (connection.pointee.request, input.pointee.reader.headerCount)
        let rest = answer(slot, input.pointee.bytes, input.pointee.count, &input.pointee.reader)
        guard connection.pointee.flags.contains(.open) else { return }
        if rest.isEmpty || connection.pointee.flags.contains(.lingering) {
            dropInput(slot)
        } else {
            input.pointee.bytes.update(
                from: input.pointee.bytes + rest.lowerBound, count: rest.count)
            input.pointee.count = rest.count
        }
        let isNew =
            connection.pointee.request != before.0 || rest.isEmpty
            || input.pointee.reader.headerCount != before.1
        settle(slot, isNew: isNew)
    }

    /// Answers the complete requests among `count` bytes, in order, and sends. Returns which bytes
    /// have to wait; `reader` then stands as far into them as they were read. May close the
    /// connection.
    private mutating func answer(
        _ slot: UInt32, _ bytes: UnsafeMutablePointer<UInt8>, _ count: Int,
        _ reader: UnsafeMutablePointer<HTTPRequestReader>
    ) -> Range<Int> {
        let connection = table[slot]
        var start = 0
        var end = count
        reading: while start < count {
            var span = UnsafeMutableBufferPointer(start: bytes + start, count: count - start)
                .mutableSpan
            do {
                switch try reader.pointee.advance(&span, configuration.limits) {
                case .needsMore(let kept):
                    end = start + kept
                    if reader.pointee.headerCount > 0 {
                        continueIfExpected(connection, reader, received: count - start)
                    }
                    break reading
                case .complete(let body, let length):
                    respond(
                        slot, bytes + start, UnsafePointer(reader),
                        UnsafeBufferPointer(
                            start: bytes + start + body.lowerBound, count: body.count))
                    start += length
                    reader.pointee.reset()
                }
            } catch {
                refuse(connection, HTTPRefusal(error), isHead: reader.pointee.head.method == .head)
            }
            if connection.pointee.flags.contains(.closing) {
                start = count
                end = count
            } else if !connection.pointee.flags.isDisjoint(with: [.parked, .streaming]) {
                break
            } else if output.count > HTTPOutput.batchBytesMax {
                flush(slot)
                if !connection.pointee.flags.contains(.open) { return 0..<0 }
                if connection.pointee.output != nil { break }
            }
        }
        if output.count > 0 { flush(slot) }
        return start..<end
    }

    /// Has the handler answer one request, unless it parks it.
    private mutating func respond(
        _ slot: UInt32, _ base: UnsafePointer<UInt8>, _ reader: UnsafePointer<HTTPRequestReader>,
        _ body: UnsafeBufferPointer<UInt8>
    ) {
        let connection = table[slot]
        connection.pointee.request &+= 1
        requests += 1
        var flags = connection.pointee.flags.subtracting([.headOnly, .saysKeepAlive, .continued])
        if reader.pointee.head.method == .head { flags.insert(.headOnly) }
        if !reader.pointee.head.keepsAlive || stopDeadline != nil {
            flags.insert(.closing)
        } else if reader.pointee.head.version == .http10 {
            flags.insert(.saysKeepAlive)
        }
        connection.pointee.flags = flags
        let request = HTTPRequest(
            base: base, reader: reader, mailbox: Unmanaged.passUnretained(worker.mailbox),
            address: HTTPTicket.Address(
                connection: HTTPConnectionTable.token(slot, connection),
                request: connection.pointee.request),
            connection: connection, body: body, peer: connection.pointee.peer, received: now)
        response.reset()
        switch handler.respond(to: request, &response) {
        case .ready: write(connection)
        case .parked:
            connection.pointee.flags.insert(.parked)
            connection.pointee.label = response.label
        case .streaming(let stream):
            // Where it ends is told by the last chunk, and before HTTP/1.1 by closing alone.
            if reader.pointee.head.version != .http10 { connection.pointee.flags.insert(.chunked) }
            begin(stream, slot)
        }
    }

    /// Writes the answer that is in `response`.
    private mutating func write(_ connection: UnsafeMutablePointer<HTTPConnection>) {
        if response.close { connection.pointee.flags.insert(.closing) }
        worker.counts.answers.add(response.label, response.status)
        output.write(response, connection.pointee.flags)
    }

    /// Writes the server's own answer to what it refuses; after it the connection closes.
    mutating func refuse(
        _ connection: UnsafeMutablePointer<HTTPConnection>, _ refusal: HTTPRefusal, isHead: Bool
    ) {
        refusals += 1
        connection.pointee.flags.subtract([.headOnly, .saysKeepAlive, .parked])
        connection.pointee.flags.insert(isHead ? [.closing, .headOnly] : .closing)
        response.reset()
        response.status = refusal.status
        handler.refuse(refusal, &response)
        write(connection)
    }

    /// Sends `100 Continue` when the header has come and nothing of the body (RFC 9110 §10.1.1).
    private mutating func continueIfExpected(
        _ connection: UnsafeMutablePointer<HTTPConnection>,
        _ reader: UnsafeMutablePointer<HTTPRequestReader>,
        received: Int
    ) {
        guard reader.pointee.head.expectsContinue, !connection.pointee.flags.contains(.continued)
        else { return }
        connection.pointee.flags.insert(.continued)
        if received == reader.pointee.headerCount { output.writeContinue() }
    }

    /// Brings the answer of a parked request.
    mutating func complete(_ address: HTTPTicket.Address, _ render: (inout HTTPResponse) -> Void) {
        guard let slot = table.find(address.connection) else { return }
        let connection = table[slot]
        guard connection.pointee.flags.contains(.parked),
            connection.pointee.request == address.request
        else {
            return
        }
        connection.pointee.flags.remove(.parked)
        if stopDeadline != nil { connection.pointee.flags.insert(.closing) }
        response.reset()
        response.label = connection.pointee.label
        render(&response)
        write(connection)
        flush(slot)
        guard connection.pointee.flags.contains(.open) else { return }
        if connection.pointee.output == nil, !connection.pointee.flags.contains(.lingering) {
            resume(slot)
        } else {
            settle(slot, isNew: true)
        }
    }

    /// The client has closed its side (0), or the connection broke.
    private mutating func ended(_ slot: UInt32, _ count: Int) {
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        close(slot)
    }
}
