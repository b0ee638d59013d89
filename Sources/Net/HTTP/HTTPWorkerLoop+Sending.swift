internal import Cepoll
internal import EventCore
internal import Glibc
internal import Synchronization

/// Sending, closing and lingering.
extension HTTPWorkerLoop {
    /// Most bytes that are thrown away of one lingering connection.
    static let lingerBytesMax = 1_048_576

    /// Sends what is in `output`. What the client does not take is kept with the connection.
    mutating func flush(_ slot: UInt32) {
        let connection = table[slot]
        if let unsent = connection.pointee.output {
            // A parked request was answered while the client still reads the answers before it.
            unsent.pointee.append(output.bytes, output.count)
            return output.clear()
        }
        let sent = send(
            connection.pointee.descriptor, output.bytes, output.count, Int32(MSG_NOSIGNAL))
        if sent == output.count {
            output.clear()
            if connection.pointee.flags.contains(.closing) { linger(slot) }
            return
        }
        guard sent >= 0 || errno == EAGAIN || errno == EINTR else {
            output.clear()
            return close(slot)
        }
        let rest = max(0, sent)
        connection.pointee.output = HTTPUnsent.create(output.bytes + rest, output.count - rest)
        output.clear()
        watch(slot, Poller.output)
    }

    /// Sends more of what the client has not taken yet; then goes on with what waited for it.
    mutating func sendRest(_ slot: UInt32) {
        let connection = table[slot]
        guard let unsent = connection.pointee.output else { return }
        let sent = send(
            connection.pointee.descriptor, unsent.pointee.bytes + unsent.pointee.start,
            unsent.pointee.count - unsent.pointee.start, Int32(MSG_NOSIGNAL))
        if sent < 0 {
            if errno != EAGAIN, errno != EINTR { close(slot) }
            return
        }
        unsent.pointee.start += sent
        guard unsent.pointee.start == unsent.pointee.count else { return }
        HTTPUnsent.destroy(unsent)
        connection.pointee.output = nil
        if connection.pointee.flags.contains(.closing) {
            linger(slot)
            settle(slot, isNew: true)
        } else if connection.pointee.flags.contains(.parked) {
            settle(slot, isNew: true)
        } else if connection.pointee.flags.contains(.streaming) {
            settle(slot, isNew: true)
            feed(slot)
        } else {
            resume(slot)
        }
    }

    /// Closes our side and waits for the client's end: closing at once would reset the connection
    /// when bytes of the client are still on their way, and the answer could be lost with it (RFC
    /// 9112 §9.6).
    private mutating func linger(_ slot: UInt32) {
        let connection = table[slot]
        connection.pointee.flags.insert(.lingering)
        shutdown(connection.pointee.descriptor, Int32(SHUT_WR))
    }

    /// Throws away what a lingering connection still receives.
    mutating func drain(_ slot: UInt32) {
        let connection = table[slot]
        let count = recv(connection.pointee.descriptor, buffer, Self.bufferBytes, 0)
        if count < 0, errno == EAGAIN || errno == EINTR { return }
        connection.pointee.lingeredBytes += UInt32(max(0, count))
        if count <= 0 || connection.pointee.lingeredBytes > Self.lingerBytesMax { close(slot) }
    }

    /// Ends a connection at once.
    mutating func close(_ slot: UInt32) {
        let connection = table[slot]
        deadlines.end(slot, table)
        forgetStream(slot)
        dropInput(slot)
        if let unsent = connection.pointee.output { HTTPUnsent.destroy(unsent) }
        connection.pointee.output = nil
        // Also takes it out of the epoll set: nobody else has a copy of it.
        Glibc.close(connection.pointee.descriptor)
        table.remove(slot)
        connections.open.subtract(1, ordering: .relaxed)
    }

    mutating func dropInput(_ slot: UInt32) {
        let connection = table[slot]
        if let input = connection.pointee.input { HTTPInput.destroy(input) }
        connection.pointee.input = nil
    }
}
