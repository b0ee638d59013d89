import Glibc
import Net
import WireFormats

/// A TCP port that takes JSON-RPC values one after the other on each connection, as OpenSIPS's event_stream sends
/// them, and answers those with an id.
final class StreamReceiver: Receiver {
    let socket: String
    var descriptors: [Int32] { [listener.number] + connections.keys }

    private let listener: FileDescriptor
    private var connections: [Int32: [UInt8]] = [:]
    private var buffer = [UInt8](repeating: 0, count: 65_536)

    /// Connections at a time; further ones are closed.
    private static let connectionsMax = 64

    init(host: String, port: UInt16, advertised: String) throws(SystemError) {
        let bound = try InternetSocket(.stream, host, port, "bind \(host):\(port)")
        socket = "tcp:\(advertised):\(bound.address.port)"
        listener = bound.take()
        guard Glibc.listen(listener.number, 64) == 0 else { throw .last("listen") }
    }

    deinit {
        for number in connections.keys { close(number) }
    }

    func receive(at descriptor: Int32) -> [[UInt8]] {
        if descriptor == listener.number {
            let number = accept(descriptor, nil, nil)
            if number < 0 { return [] }
            if connections.count < Self.connectionsMax {
                connections[number] = []
            } else {
                close(number)
            }
            return []
        }
        let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
        if count < 0 && errno == EAGAIN { return [] }
        guard count > 0, var input = connections[descriptor] else {
            drop(descriptor)
            return []
        }
        input += buffer[..<count]
        guard let payloads = Self.values(&input), input.count <= Receivers.payloadBytesMax else {
            drop(descriptor)
            return []
        }
        connections[descriptor] = input
        for reply in payloads.compactMap({ Notification.reply(to: $0) }) {
            // A peer that does not take a hundred bytes is not waited for.
            _ = send(descriptor, reply, reply.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
        }
        return payloads
    }

    private func drop(_ descriptor: Int32) {
        if connections.removeValue(forKey: descriptor) != nil { close(descriptor) }
    }

    /// Takes the values that are whole off the front; nil where the bytes are no JSON.
    private static func values(_ input: inout [UInt8]) -> [[UInt8]]? {
        var values: [[UInt8]] = []
        while !input.isEmpty {
            do throws(JSONError) {
                var reader = try JSONReader(in: input.span)
                let start = reader.offset
                if start == input.count { break }
                try reader.skipValue(in: input.span)
                values.append(Array(input[start..<reader.offset]))
                input.removeFirst(reader.offset)
            } catch {
                return error.code == .unexpectedEnd ? values : nil
            }
        }
        return values
    }
}
